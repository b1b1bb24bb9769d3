package io.quorate.node.presence;

import io.quorate.node.membership.MembershipState;
import io.quorate.persistence.contract.MemberId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the members are, as this node knows it: where the cluster has decided, until a member is heard of from elsewhere, which is before
 * that can be decided, and where most have moved at once it cannot be decided otherwise. Any thread.
 */
public final class AddressBook {
    /** Of the control plane; where a worker is stands in the state alone, and nobody waits for one. */
    private final Map<String, MemberId> decided = new HashMap<>();

    private final Map<String, MemberId> heard = new HashMap<>();
    private final Map<String, MemberId> told = new HashMap<>();
    private final Map<String, String> left = new HashMap<>();
    private final Runnable moved;
    private @Nullable MembershipState state;

    /** @param moved run, on whichever thread, when a member is found elsewhere than before: who waits for it there asks it again */
    public AddressBook(Runnable moved) {
        this.moved = moved;
    }

    /** {@code host:port} of a member's cluster port. */
    public synchronized String of(MemberId member) {
        for (Map<String, MemberId> source : List.of(heard, told, decided)) {
            MemberId known = source.get(member.node());
            if (member.equals(known)) {
                return known.address();
            }
        }
        MembershipState.Node known = state == null ? null : state.nodes().get(member.node());
        return known != null && known.isWorker() && known.member().equals(member)
                ? known.member().address()
                : member.address();
    }

    /** What the cluster has decided; where that is news, it is newer than what was heard. */
    public void decided(MembershipState now) {
        boolean news = false;
        synchronized (this) {
            state = now;
            decided.keySet().removeIf(name -> !now.nodes().containsKey(name));
            for (MembershipState.Node node : now.controlPlane()) {
                MemberId member = node.member();
                MemberId before = decided.get(member.node());
                boolean elsewhere = before != null && !before.address().equals(member.address());
                news |= isNews(member, () -> {
                    decided.put(member.node(), member);
                    if (elsewhere) {
                        heard.remove(member.node());
                        told.remove(member.node());
                    }
                });
            }
        }
        tell(news);
    }

    /** A member has spoken to this node from there. */
    public void heard(MemberId member) {
        tell(isNews(member, () -> keep(heard, member)));
    }

    /** Another node says that a member has spoken to it from there. */
    public void told(MemberId member) {
        tell(isTold(member));
    }

    private boolean isTold(MemberId member) {
        return isNews(member, () -> keep(told, member));
    }

    /** A member has answered, and has said who has spoken to it: however much of that is news, it is told once. */
    public void answered(MemberId member, List<MemberId> others) {
        boolean news = isNews(member, () -> keep(heard, member));
        for (MemberId other : others) {
            news |= isTold(other);
        }
        tell(news);
    }

    /** What somebody still says of who a node was before does not take the place of who it is. */
    private static void keep(Map<String, MemberId> source, MemberId member) {
        source.merge(member.node(), member, (known, said) -> known.incarnation() > said.incarnation() ? known : said);
    }

    private synchronized boolean isNews(MemberId member, Runnable learning) {
        boolean outdated = Stream.of(heard, told, decided)
                .map(source -> source.get(member.node()))
                .anyMatch(known -> known != null && known.incarnation() > member.incarnation());
        String before = of(member);
        boolean known = Stream.of(heard, told, decided).anyMatch(source -> member.equals(source.get(member.node())));
        learning.run();
        boolean elsewhere = !of(member).equals(before);
        if (known && elsewhere) {
            left.put(member.node(), before);
        }
        // Else two who know different things would be news for ever, to one that asks again at every news.
        return !outdated && (!known || elsewhere);
    }

    /** Whether an address is known to be one that a member has left, and no other member is there now. */
    public synchronized boolean isLeft(String address) {
        return left.containsValue(address)
                && Stream.of(heard, told, decided)
                        .flatMap(source -> source.values().stream())
                        .noneMatch(member -> of(member).equals(address));
    }

    private void tell(boolean news) {
        if (news) {
            moved.run();
        }
    }

    /** The members that have spoken to this node, each where it was then. */
    public synchronized List<MemberId> heard() {
        return List.copyOf(heard.values());
    }
}
