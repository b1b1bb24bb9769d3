package io.quorate.simulations.schedule;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an act does, and to whom. */
public sealed interface Disturbance {
    /** Instead of a node's name: every node. */
    String ALL = "all";

    /** Instead of a node's name: whoever leads at that moment. */
    String LEADER = "leader";

    /** Which of a node's disks. */
    enum Store {
        LOG,
        EVENTS,
        BOTH
    }

    /** What is wrong with a disk. */
    enum Damage {
        FULL,
        IO_ERROR,
        DROPS_FLUSHES
    }

    /** The words of a file for it. */
    default String word() {
        return switch (this) {
            case Crash crash -> "crash";
            case PowerLoss loss -> "power-loss";
            case Partition partition -> "partition";
            case OneWay oneWay -> "one-way";
            case Isolate isolate -> "isolate";
            case Flaky flaky -> "flaky";
            case Disk disk -> "disk";
            case Transfer transfer -> "transfer";
            case Membership membership -> "membership";
            case SetBack setBack -> "set-back";
            case Join join -> "join";
            case Leave leave -> "leave";
            case Remove remove -> "remove";
            case LoseMajority lose -> "lose-majority";
        };
    }

    /** A node, or {@link #LEADER}, loses its power, and starts again. */
    record Crash(String node) implements Disturbance {}

    /** Several lose their power at one moment; each starts again after a time of its own. */
    record PowerLoss(Map<String, Duration> downFor) implements Disturbance {
        public PowerLoss {
            downFor = new TreeMap<>(downFor);
        }
    }

    /** Nobody of one side reaches anybody of another. The end of any cut mends all of them. */
    record Partition(List<List<String>> sides) implements Disturbance {
        public Partition {
            sides = sides.stream().map(List::copyOf).toList();
        }
    }

    /** Nothing from one node reaches another; the way back stays open. */
    record OneWay(String from, String to) implements Disturbance {}

    /** A node, or {@link #LEADER}, is cut off from all others. */
    record Isolate(String node) implements Disturbance {}

    /** The network loses, repeats and reorders. */
    record Flaky() implements Disturbance {}

    /** A disk of a node, or of {@link #ALL}, does not do what it should; a node that stopped for it is started when it is mended. */
    record Disk(String node, Store store, Damage damage) implements Disturbance {}

    /** Whoever leads is asked to hand over. */
    record Transfer(String heir) implements Disturbance {}

    /** A node that is outside of the group joins it; where the group has more nodes than it began with, this one is removed from it. */
    record Membership(String node) implements Disturbance {}

    /**
     * An image of a node's disks is taken; when the act ends the node is set back to it and started. It has to be refused, and is repaired
     * then. Done only where the group can survive it.
     */
    record SetBack(String node) implements Disturbance {}

    /** Whether only whole nodes can do it, or it can be done to them only. */
    default boolean wantsCluster() {
        return this instanceof Join || this instanceof Leave || this instanceof Remove || this instanceof LoseMajority;
    }

    /** Whether it can be done to the bare group only: in a cluster the nodes themselves see to it. */
    default boolean wantsGroup() {
        return this instanceof Membership || this instanceof SetBack;
    }

    /** A node that does not belong to the cluster joins it. */
    record Join(String node) implements Disturbance {}

    /** A node is told to leave the cluster. */
    record Leave(String node) implements Disturbance {}

    /** A node dies, and its removal by force is asked for again and again; when the act ends its machine comes back as it was. */
    record Remove(String node) implements Disturbance {}

    /**
     * So many voters lose their machines that the rest is no majority, and the cluster is recovered from where a node is that is not among
     * them; when the act ends the machines are there again as they were. One at a time.
     */
    record LoseMajority(String survivor) implements Disturbance {}
}
