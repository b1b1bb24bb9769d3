package io.quorate.node.membership;

import java.util.AbstractMap;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * The members by name, of which most may be workers. Immutable; the next one shares what is equal with this one, so an event costs the same
 * in a large cluster as in a small one. Those that are asked for again and again stand apart.
 */
final class Nodes extends AbstractMap<String, MembershipState.Node> {
    static final Nodes NONE = new Nodes(TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), TreePMap.empty());

    private final PSortedMap<String, MembershipState.Node> all;
    private final PSortedMap<String, MembershipState.Node> controlPlane;
    private final PSortedMap<String, MembershipState.Node> awaited;
    private final PSortedMap<String, MembershipState.Node> leavingWorkers;
    /** Made when it is first asked for; made twice it is equal. */
    private @Nullable List<String> addresses;

    private Nodes(
            PSortedMap<String, MembershipState.Node> all,
            PSortedMap<String, MembershipState.Node> controlPlane,
            PSortedMap<String, MembershipState.Node> awaited,
            PSortedMap<String, MembershipState.Node> leavingWorkers) {
        this.all = all;
        this.controlPlane = controlPlane;
        this.awaited = awaited;
        this.leavingWorkers = leavingWorkers;
    }

    static Nodes of(Map<String, MembershipState.Node> nodes) {
        if (nodes instanceof Nodes same) {
            return same;
        }
        Nodes made = NONE;
        for (Map.Entry<String, MembershipState.Node> each : nodes.entrySet()) {
            made = made.with(each.getKey(), each.getValue());
        }
        return made;
    }

    Nodes with(String name, MembershipState.Node node) {
        Nodes next = new Nodes(
                all.plus(name, node),
                kept(controlPlane, name, node, !node.isWorker()),
                kept(awaited, name, node, !node.completed()),
                kept(leavingWorkers, name, node, node.isWorker() && node.isLeaving()));
        if (next.controlPlane == controlPlane) {
            next.addresses = addresses;
        }
        return next;
    }

    private static PSortedMap<String, MembershipState.Node> kept(
            PSortedMap<String, MembershipState.Node> some, String name, MembershipState.Node node, boolean belongs) {
        return belongs ? some.plus(name, node) : without(some, name);
    }

    private static PSortedMap<String, MembershipState.Node> without(
            PSortedMap<String, MembershipState.Node> some, String name) {
        return some.containsKey(name) ? some.minus(name) : some;
    }

    /** Another one in the place of one that is there; nothing else. */
    Nodes change(String name, UnaryOperator<MembershipState.Node> how) {
        MembershipState.Node known = all.get(name);
        return known == null ? this : with(name, how.apply(known));
    }

    Nodes without(String name) {
        return new Nodes(
                without(all, name), without(controlPlane, name), without(awaited, name), without(leavingWorkers, name));
    }

    Collection<MembershipState.Node> controlPlane() {
        return controlPlane.values();
    }

    Collection<MembershipState.Node> awaited() {
        return awaited.values();
    }

    Collection<MembershipState.Node> leavingWorkers() {
        return leavingWorkers.values();
    }

    List<String> addressesBut(String name) {
        if (controlPlane.containsKey(name)) {
            return addresses(controlPlane.minus(name).values());
        }
        List<String> known = addresses;
        if (known == null) {
            known = addresses(controlPlane.values());
            addresses = known;
        }
        return known;
    }

    private static List<String> addresses(Collection<MembershipState.Node> nodes) {
        return nodes.stream()
                .filter(MembershipState.Node::completed)
                .flatMap(node -> Stream.of(node.member().address(), node.nextAddress()))
                .filter(address -> !address.isEmpty())
                .toList();
    }

    @Override
    public Set<Entry<String, MembershipState.Node>> entrySet() {
        return all.entrySet();
    }

    @Override
    public Set<String> keySet() {
        return all.keySet();
    }

    @Override
    public Collection<MembershipState.Node> values() {
        return all.values();
    }

    @Override
    public int size() {
        return all.size();
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return all.containsKey(name);
    }

    @Override
    public MembershipState.@Nullable Node get(@Nullable Object name) {
        return all.get(name);
    }
}
