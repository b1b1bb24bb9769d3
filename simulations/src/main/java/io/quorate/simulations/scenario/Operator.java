package io.quorate.simulations.scenario;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.MembershipMessage.Granted;
import io.quorate.node.contract.MembershipMessage.Refused;
import io.quorate.simulations.cluster.ClusterNode;
import io.quorate.simulations.cluster.NodeLife;
import io.quorate.simulations.cluster.SimulatedCluster;
import io.quorate.simulations.schedule.Roles;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Who has nodes join, leave and be removed, as a person does it with the commands: asks whoever leads, and asks again until there is an
 * answer. One thing at a time for each node.
 */
final class Operator {
    private static final String NAME = "operator";
    private static final Duration PATIENCE = Duration.ofSeconds(6);
    private static final Duration PAUSE = Duration.ofMillis(300);

    /** A token is good for longer than any run. */
    private static final long TOKEN_MILLIS = Duration.ofDays(1000).toMillis();

    private final SimulatedCluster cluster;
    private final Roles roles;
    private final Set<String> busy = new TreeSet<>();
    private final Set<String> gone = new TreeSet<>();
    private int tokens;

    Operator(SimulatedCluster cluster, Roles roles) {
        this.cluster = cluster;
        this.roles = roles;
    }

    /** Whether everything that was begun has ended. */
    boolean isIdle() {
        return busy.isEmpty();
    }

    /** Whether a node may be started: nobody has taken its machine away. */
    boolean mayStart(String name) {
        return !gone.contains(name);
    }

    /** All machines that were taken away come back. */
    void bringBack() {
        Set.copyOf(gone).stream().sorted().forEach(this::bringBack);
    }

    /** The first of them founds the cluster, and all others join. */
    void found(List<String> names) {
        String first = names.getFirst();
        cluster.found(first);
        setPolicy();
        configure(first);
        names.stream().skip(1).forEach(this::join);
    }

    /** Has the policy set. */
    private void setPolicy() {
        begin("policy");
        command(
                new MembershipMessage.SetPolicy(roles.voters(), roles.standbys(), MembershipMessage.KEEP),
                done -> end("policy", "has the policy set"));
    }

    /** Has a node join, where it does not belong to the cluster. */
    void join(String name) {
        if (cluster.node(name).isInside() || !begin(name)) {
            return;
        }
        tokens++;
        String hash = "token-" + tokens;
        note("lets " + name + " in");
        long expires = cluster.world().time().nanos() / 1_000_000 + TOKEN_MILLIS;
        command(
                new MembershipMessage.IssueToken(hash, expires, 1, ""),
                issued -> command(cluster.joinOf(name, hash), answer -> {
                    if (answer instanceof Granted granted) {
                        cluster.joined(name, granted);
                        configure(name);
                    } else {
                        end(name, name + " was not let in: " + answer);
                    }
                }));
    }

    /** Says what fails together with a node. */
    private void configure(String name) {
        busy.add(name);
        command(
                new MembershipMessage.ConfigureNode(name, roles.domainOf(name), MembershipMessage.KEEP),
                done -> end(name, name + " is in domain " + roles.domainOf(name)));
    }

    /** Tells a node to leave. */
    void leave(String name) {
        ClusterNode node = cluster.node(name);
        if (!node.isInside() || node.life().isEmpty() || !begin(name)) {
            return;
        }
        note("tells " + name + " to leave");
        command(
                new MembershipMessage.Leave(name, MembershipMessage.Leave.BY_ITSELF),
                answer -> end(name, name + " leaves: " + answer));
    }

    /** A node dies, its removal by force is asked for until it is done, and after a time the machine is there again. */
    void remove(String name, Duration comesBackAfter) {
        ClusterNode node = cluster.node(name);
        if (!node.isInside() || !begin(name)) {
            return;
        }
        note(name + " is gone, and is removed by force");
        gone.add(name);
        node.machine().crash();
        cluster.world().time().after(comesBackAfter, () -> bringBack(name));
        removeNow(name);
    }

    private void removeNow(String name) {
        askOnce(
                life -> life.remove(name, true, NAME),
                answer -> {
                    boolean again =
                            answer instanceof Refused refused && !refused.kind().equals("unknown-node");
                    if (again && gone.contains(name)) {
                        later(() -> removeNow(name));
                    } else {
                        end(name, "removal of " + name + ": " + answer);
                    }
                },
                () -> removeNow(name));
    }

    private void bringBack(String name) {
        if (gone.remove(name)) {
            cluster.node(name).start();
        }
    }

    private boolean begin(String what) {
        return busy.add(what);
    }

    private void end(String what, String how) {
        busy.remove(what);
        note(how);
    }

    private void note(String what) {
        cluster.world().trace().note(NAME, what);
    }

    private void later(Runnable again) {
        cluster.world().time().after(PAUSE, again);
    }

    private void command(MembershipMessage message, Consumer<MembershipMessage> then) {
        askOnce(life -> life.membershipCommand(new Asked(message, NAME), true), then, () -> command(message, then));
    }

    /** Asks who leads; where there is no answer it is asked again a little later. */
    private void askOnce(
            Function<NodeLife, CompletionStage<MembershipMessage>> question,
            Consumer<MembershipMessage> then,
            Runnable again) {
        String address = cluster.leader().map(ClusterNode::address).orElse("");
        cluster.ask(NAME, address, question, PATIENCE).whenComplete((answer, failure) -> {
            if (failure == null) {
                then.accept(answer);
            } else {
                later(again);
            }
        });
    }
}
