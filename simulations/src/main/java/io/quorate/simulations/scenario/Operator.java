package io.quorate.simulations.scenario;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.MembershipMessage.Granted;
import io.quorate.node.contract.MembershipMessage.Refused;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.recovery.Assessment;
import io.quorate.persistence.contract.ClusterEpoch;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import io.quorate.simulations.cluster.ClusterNode;
import io.quorate.simulations.cluster.NodeLife;
import io.quorate.simulations.cluster.SimulatedCluster;
import io.quorate.simulations.schedule.Roles;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who has nodes join, leave and be removed, as a person does it with the commands: asks whoever leads, and asks again until there is an
 * answer. One thing at a time for each node.
 */
final class Operator {
    private static final String NAME = "operator";
    private static final Duration PATIENCE = Duration.ofSeconds(6);
    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final Duration CLEARING_UP = Duration.ofSeconds(5);
    private static final Duration SURVEY_PAUSE = Duration.ofSeconds(1);
    private static final String RECOVERY = "recovery";

    /** A token is good for longer than any run. */
    private static final long TOKEN_MILLIS = Duration.ofDays(1000).toMillis();

    private final SimulatedCluster cluster;
    private final Roles roles;
    private final Set<String> busy = new TreeSet<>();
    private final Set<String> gone = new TreeSet<>();
    private final RandomGenerator random;
    private @Nullable Loss loss;
    private int tokens;

    /** A majority that is lost, until its machines are there again. */
    private static final class Loss {
        private final String survivor;
        private final ClusterEpoch epoch;
        private final Set<String> machines;

        /** The node that a recovery was ordered of, once that may have begun: nobody orders another one then. */
        private String base = "";

        Loss(String survivor, ClusterEpoch epoch, Set<String> machines) {
            this.survivor = survivor;
            this.epoch = epoch;
            this.machines = machines;
        }
    }

    Operator(SimulatedCluster cluster, Roles roles) {
        this.cluster = cluster;
        this.roles = roles;
        this.random = cluster.world().seeds().of(NAME);
    }

    /** Whether everything that was begun has ended. */
    boolean isIdle() {
        return busy.isEmpty();
    }

    /** Whether a node may be started: nobody has taken its machine away. */
    boolean mayStart(String name) {
        return !gone.contains(name) && (loss == null || !loss.machines.contains(name));
    }

    /** All machines that were taken away come back. */
    void bringBack() {
        Set.copyOf(gone).stream().sorted().forEach(this::bringBack);
        bringBack(loss);
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
        if (gone.remove(name) && mayStart(name)) {
            cluster.node(name).start();
        }
    }

    /**
     * So many voters lose their machines for good that the rest is no majority. From where a survivor is the cluster is recovered: that is asked
     * for until it is accepted. After a time the machines are there again all the same, as they were.
     */
    void loseMajority(String survivor, Duration comeBackAfter) {
        Optional<ClusterNode> leader = cluster.leader();
        if (loss != null
                || busy.contains(RECOVERY)
                || leader.isEmpty()
                || !isWhole(leader.get())
                || !isSurvivor(survivor)) {
            return;
        }
        ClusterNode asked = leader.get();
        asked.machine().replica().report().thenAccept(report -> {
            if (loss == null && asked.machine().leads() && isSurvivor(survivor)) {
                lose(
                        survivor,
                        report.voters().stream().map(MemberId::node).sorted().toList(),
                        comeBackAfter);
            }
        });
    }

    private boolean isSurvivor(String name) {
        ClusterNode node = cluster.node(name);
        return node.life().isPresent()
                && node.identity().filter(Identity::holdsCopy).isPresent()
                && mayStart(name);
    }

    /** Whether everybody who takes itself for a member is in the epoch of the leader, and stays there: what was lost before is told. */
    private boolean isWhole(ClusterNode leader) {
        Optional<ClusterEpoch> epoch = leader.identity().map(Identity::epoch);
        return cluster.nodes().stream()
                .filter(ClusterNode::isInside)
                .allMatch(node -> node.identity().map(Identity::epoch).equals(epoch) && !node.hasRecoveryLeft());
    }

    private void lose(String survivor, List<String> voters, Duration comeBackAfter) {
        int many = voters.size() - voters.size() / 2;
        // From the one after the survivor on, so that who leads and who was first is at times among them and at times
        // not.
        Set<String> machines = Stream.concat(
                        voters.stream().filter(name -> name.compareTo(survivor) > 0),
                        voters.stream().filter(name -> name.compareTo(survivor) < 0))
                .limit(many)
                .collect(Collectors.toCollection(TreeSet::new));
        ClusterEpoch epoch = cluster.node(survivor).identity().orElseThrow().epoch();
        Loss lost = new Loss(survivor, epoch, machines);
        loss = lost;
        note(machines + " are lost for good; the cluster is recovered from " + survivor);
        machines.forEach(name -> cluster.node(name).machine().crash());
        cluster.world().time().after(comeBackAfter, () -> bringBack(lost));
        begin(RECOVERY);
        recover(lost);
    }

    private void bringBack(@Nullable Loss lost) {
        if (lost != null && loss == lost) {
            loss = null;
            note(lost.machines + " are there again");
            lost.machines.stream()
                    .filter(this::mayStart)
                    .forEach(name -> cluster.node(name).start());
        }
    }

    /** As {@code quorate recover} does it, by somebody who knows which machines are lost. */
    private void recover(Loss lost) {
        if (loss != lost && lost.base.isEmpty()) {
            end(RECOVERY, "nothing is to be recovered any more");
            return;
        }
        cluster.ask(NAME, cluster.node(lost.survivor).address(), life -> order(life, lost), PATIENCE)
                .whenComplete((done, failure) -> {
                    if (failure == null && !done.isEmpty()) {
                        end(RECOVERY, done);
                    } else {
                        cluster.world().time().after(SURVEY_PAUSE, () -> recover(lost));
                    }
                });
    }

    /** What came of it at the survivor; empty where it is to be asked again. */
    private CompletionStage<String> order(NodeLife life, Loss lost) {
        if (!life.identity().epoch().equals(lost.epoch)) {
            return CompletableFuture.completedFuture(
                    lost.survivor + " is in epoch " + life.identity().epoch());
        }
        return life.assess(lost.base).thenCompose(found -> {
            boolean lives = found.refusal()
                    .filter(no -> no.kind().equals("has-leader") || no.kind().equals("has-quorum"))
                    .isPresent();
            if (found.refusal().isPresent() || !lost.machines.containsAll(found.uncertain())) {
                String why = found.refusal()
                        .map(Assessment.Refusal::message)
                        .orElseGet(() -> found.uncertain() + " may be alive");
                note(why);
                return CompletableFuture.completedFuture(lives && loss != lost ? why : "");
            }
            lost.base = found.base();
            return life.begin(found, random.nextInt(), NAME).handle((begun, failure) -> {
                if (failure == null) {
                    return "the cluster goes on with what " + found.base() + " has, without " + found.lost() + ": "
                            + found.note();
                }
                if (JournalException.of(failure).certainlyNotStored()) {
                    lost.base = "";
                }
                return "";
            });
        });
    }

    /**
     * Has those removed, again and again, that a recovered cluster still has though they have left, or were removed: what the lost decided of
     * them is given up, and they will not come.
     */
    void clearUp() {
        cluster.world().time().after(CLEARING_UP, this::clearUp);
        Optional<MembershipState> state =
                cluster.leader().flatMap(ClusterNode::life).map(NodeLife::membership);
        state.filter(known -> known.recovery().isPresent())
                .ifPresent(known -> known.nodes().keySet().stream()
                        .filter(name -> !cluster.node(name).isInside() && begin(name))
                        .forEach(name -> {
                            note(name + " has gone, and the cluster does not know it: it is removed by force");
                            removeNow(name);
                        }));
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
