package io.quorate.node;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipForm;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.MembershipMessage.Refused;
import io.quorate.node.folder.Identity;
import io.quorate.node.lead.ClusterWatch;
import io.quorate.node.membership.Addresses;
import io.quorate.persistence.contract.ByteWriter;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.journal.JournalException.Kind;
import io.quorate.persistence.remote.RequestChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that starts at another address than before says so to its cluster before it takes part in anything. */
final class Moving {
    private static final Logger LOG = LoggerFactory.getLogger(Moving.class);

    /** How long a start waits for the cluster's word; after it the node starts, and goes on saying where it is. */
    private static final Duration PATIENCE = Duration.ofSeconds(12);

    /** Who has not answered by then is not there. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** How long it asks again while it counts as alive where it was: longer than a process does after its end. */
    private static final Duration WHILE_ALIVE = Duration.ofSeconds(6);

    /** How long it asks again while nobody leads: longer than an election, and no more, for it may be this node that is missing. */
    private static final Duration WITHOUT_LEADER = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final String NO_LEADER = "no-leader";

    private static final int ASKED_AT_ONCE = 5;

    /** What keeps a node from starting; of others it is told when it runs. */
    private static final Set<String> DECISIVE = Set.of(Addresses.TAKEN, Addresses.ALIVE);

    private final ActorSystem system;
    private final byte[] request;

    private Moving(ActorSystem system, byte[] request) {
        this.system = system;
        this.request = request;
    }

    /** Where a node says that it is. */
    static Asked of(Identity identity) {
        String node = identity.member().node();
        return ClusterWatch.inNameOf(
                node,
                new MembershipMessage.Move(
                        node, identity.member().address(), identity.apiAddress(), identity.joinAddress()));
    }

    /**
     * Tells the cluster, and waits for its word; blocks. Where nobody answers, most of the others may have moved as well.
     *
     * @param contacts {@code host:port} of others' cluster ports
     * @return why the node may not be there
     */
    static Optional<Refused> announce(ActorSystem system, Identity moved, List<String> contacts) {
        byte[] request = new ByteWriter(256)
                .u8(NodeParts.MOVE)
                .text(moved.clusterId())
                .block(MembershipForm.command(of(moved)))
                .toBytes();
        Moving moving = new Moving(system, request);
        long since = System.nanoTime();
        List<CompletableFuture<MembershipMessage>> answers = contacts.stream()
                .limit(ASKED_AT_ONCE)
                .map(contact -> moving.tell(contact, since).toCompletableFuture())
                .toList();
        MembershipMessage answer = first(answers)
                .completeOnTimeout(new Refused("", "nobody answers"), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        if (!(answer instanceof Refused refused)) {
            return Optional.empty();
        }
        if (DECISIVE.contains(refused.kind())) {
            return Optional.of(refused);
        }
        LOG.warn(
                "the cluster could not be told yet that {} is at {} now: {}. Where the others have moved, too, give the new"
                        + " address of one: `quorate start --contact`",
                moved.member().node(),
                moved.member().address(),
                refused.message());
        return Optional.empty();
    }

    private CompletionStage<MembershipMessage> tell(String contact, long sinceNanos) {
        ActorRef target = RequestChannel.resolve(system, contact, "/user/node");
        RequestChannel channel = new RequestChannel(system, () -> target, TIMEOUT);
        return channel.request(request)
                .whenComplete((answer, failure) -> channel.close())
                .thenApply(bytes -> MembershipForm.read(bytes, MembershipMessage.class))
                .exceptionally(failure -> new Refused(
                        JournalException.of(failure).kind() == Kind.NO_LEADER ? NO_LEADER : "",
                        String.valueOf(failure.getMessage())))
                .thenCompose(
                        answer -> System.nanoTime() - sinceNanos < again(answer).toNanos()
                                ? afterPause().thenCompose(now -> tell(contact, sinceNanos))
                                : CompletableFuture.completedFuture(answer));
    }

    /** How long after the first try another one may have another answer. */
    private static Duration again(MembershipMessage answer) {
        return switch (answer) {
            case Refused(var kind, var message) when kind.equals(Addresses.ALIVE) -> WHILE_ALIVE;
            case Refused(var kind, var message) when kind.equals(NO_LEADER) -> WITHOUT_LEADER;
            default -> Duration.ZERO;
        };
    }

    private CompletionStage<Void> afterPause() {
        CompletableFuture<Void> paused = new CompletableFuture<>();
        system.scheduler().scheduleOnce(PAUSE, () -> paused.complete(null), system.dispatcher());
        return paused;
    }

    /** The first word of the cluster; where there is none, why not. */
    private static CompletableFuture<MembershipMessage> first(List<CompletableFuture<MembershipMessage>> answers) {
        CompletableFuture<MembershipMessage> first = new CompletableFuture<>();
        answers.forEach(each -> each.thenAccept(answer -> {
            if (!(answer instanceof Refused refused) || DECISIVE.contains(refused.kind())) {
                first.complete(answer);
            }
        }));
        CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> first.complete(answers.getFirst().join()));
        return first;
    }
}
