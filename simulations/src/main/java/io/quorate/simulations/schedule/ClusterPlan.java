package io.quorate.simulations.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A cluster as somebody thinks of building it, and what is to fail.
 *
 * @param nodes n1, n2 and so on, dealt into the failure domains one after the other; 1 to 100
 * @param roles as the policy is to have it; no more domains and voters than nodes
 * @param between latency from one failure domain to another
 * @param within latency from node to node of one failure domain
 * @param writesPerSecond begun on the nodes that are up, in turn; 1 to 1000
 * @param duration counts from when every node has its role; empty for as long as the usual failures take
 * @param failures empty for the usual ones
 */
public record ClusterPlan(
        int nodes,
        Roles roles,
        Latency between,
        Latency within,
        int writesPerSecond,
        Optional<Duration> duration,
        Optional<List<Failure>> failures) {
    private static final int MAX_NODES = 100;
    public static final int DEFAULT_NODES = 5;
    private static final int DEFAULT_VOTERS = 3;
    public static final int DEFAULT_STANDBYS = 3;
    private static final int DEFAULT_DOMAINS = 3;
    public static final Latency DEFAULT_BETWEEN = new Latency(Duration.ofMillis(1), Duration.ofMillis(1));
    public static final Latency DEFAULT_WITHIN = new Latency(Duration.ofNanos(200_000), Duration.ofNanos(200_000));
    public static final int DEFAULT_WRITES = 20;

    private static final int MAX_WRITES = 1_000;
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Duration USUAL_PAUSE = Duration.ofSeconds(20);
    private static final Duration USUAL_SLOT = Duration.ofSeconds(60);
    private static final Duration LEAST_SLOT = Duration.ofSeconds(10);
    private static final int DURATION_OF_NOTHING = 300;

    /** @throws BadScenario that names what does not fit */
    public ClusterPlan {
        inRange(nodes, 1, MAX_NODES, "nodes", "");
        inRange(roles.domains(), 1, nodes, "domains", ": each wants a node");
        inRange(roles.voters(), 1, nodes, "voters", ": there are no more nodes");
        inRange(writesPerSecond, 1, MAX_WRITES, "writes-per-second", "");
        duration.ifPresent(time -> inRange(time.toSeconds(), 1, LONGEST.toSeconds(), "seconds", ""));
        failures = failures.map(List::copyOf);
    }

    /** The same, with this failing. */
    public ClusterPlan failing(List<Failure> what) {
        return new ClusterPlan(nodes, roles, between, within, writesPerSecond, duration, Optional.of(what));
    }

    /**
     * A plan in which the usual things fail.
     *
     * @throws BadScenario that names what does not fit
     */
    public static ClusterPlan of(
            int nodes,
            int voters,
            int standbys,
            int domains,
            Latency between,
            Latency within,
            int writesPerSecond,
            Optional<Duration> duration) {
        inRange(voters, 1, 7, "voters", "");
        if (voters % 2 == 0) {
            throw new BadScenario("voters: wants 1, 3, 5 or 7, is " + voters
                    + ": an even number survives no more than the odd one below it");
        }
        inRange(standbys, 0, 50, "standbys", "");
        inRange(domains, 1, MAX_NODES, "domains", "");
        return new ClusterPlan(
                nodes,
                new Roles(voters, standbys, domains),
                between,
                within,
                writesPerSecond,
                duration,
                Optional.empty());
    }

    private static void inRange(long value, long least, long most, String name, String why) {
        if (value < least || value > most) {
            throw new BadScenario(name + ": wants " + least + " to " + most + ", is " + value + why);
        }
    }

    public List<String> names() {
        return IntStream.rangeClosed(1, nodes).mapToObj(i -> "n" + i).toList();
    }

    public int domainOf(String node) {
        return roles.domainOf(node);
    }

    public List<String> nodesOf(int domain) {
        return names().stream().filter(node -> domainOf(node) == domain).toList();
    }

    /** Latency from one node to another, or from a node to itself. */
    public Latency between(String from, String to) {
        if (from.equals(to)) {
            return new Latency(Duration.ZERO, Duration.ZERO);
        }
        return domainOf(from) == domainOf(to) ? within : between;
    }

    /** How many vote where nothing is said: two that vote survive no more than one. */
    public static int usualVoters(int nodes) {
        return nodes < DEFAULT_VOTERS ? 1 : DEFAULT_VOTERS;
    }

    /** How many failure domains there are where nothing is said. */
    public static int usualDomains(int nodes) {
        return Math.clamp(nodes, 1, DEFAULT_DOMAINS);
    }

    /** How many nodes have a copy of the journal: those that fail one after the other where nothing else is said. */
    private int copies() {
        int voters = Math.min(roles.voters(), nodes);
        int voting = voters % 2 == 1 ? voters : voters - 1;
        return voting + Math.min(roles.standbys(), nodes - voting);
    }

    private int usualCount() {
        return copies() + (roles.domains() < nodes ? roles.domains() : 0);
    }

    /** How long it goes on. */
    public Duration length() {
        return duration.orElseGet(() -> failures.isEmpty()
                ? USUAL_PAUSE.plus(USUAL_SLOT.multipliedBy(usualCount()))
                : failures.get().stream()
                        .map(failure -> failure.until().plus(USUAL_SLOT))
                        .reduce(Duration.ofSeconds(DURATION_OF_NOTHING), (a, b) -> a.compareTo(b) < 0 ? b : a));
    }

    /** @throws BadScenario where its time is too short for what is to fail */
    public ClusterPlan checked() {
        Duration length = length();
        if (failures.isEmpty() && slot(length).compareTo(LEAST_SLOT) < 0) {
            throw new BadScenario("seconds: " + length.toSeconds() + " are too few for the usual " + usualCount()
                    + " failures, which want "
                    + (USUAL_PAUSE.toSeconds() + usualCount() * LEAST_SLOT.toSeconds())
                    + "; leave them out for as many as are usual, or say what fails");
        }
        for (Failure failure : failures.orElse(List.of())) {
            if (failure.at().compareTo(length) >= 0) {
                throw new BadScenario("fail: '" + failure.what() + "' is at "
                        + failure.at().toSeconds() + " s, and all is over after " + length.toSeconds() + " s");
            }
        }
        return this;
    }

    private Duration slot(Duration length) {
        return length.minus(USUAL_PAUSE).dividedBy(usualCount());
    }

    /**
     * What fails: as it was said, or else each node with a copy once, and then each failure domain, for half of the time each.
     *
     * @param copies voters first, then standbys, as they are when it begins
     */
    public List<Failure> failures(List<String> copies) {
        if (failures.isPresent()) {
            return failures.get();
        }
        Duration slot = slot(length());
        Duration lasts = slot.dividedBy(2);
        List<Failure> usual = new ArrayList<>();
        Duration at = USUAL_PAUSE;
        for (String node : copies) {
            usual.add(Failure.node(node, at, lasts));
            at = at.plus(slot);
        }
        for (int domain = 1; domain <= roles.domains() && roles.domains() < nodes; domain++) {
            usual.add(Failure.domain(domain, this, at, lasts));
            at = at.plus(slot);
        }
        return usual;
    }
}
