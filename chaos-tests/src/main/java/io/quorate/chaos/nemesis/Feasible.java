package io.quorate.chaos.nemesis;

import io.quorate.simulations.schedule.Act;
import io.quorate.simulations.schedule.Disturbance;
import io.quorate.simulations.schedule.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a script that was written for simulated nodes can be carried out on real ones. Pure. */
public final class Feasible {
    private static final int FEWEST_NODES = 3;

    private Feasible() {}

    /**
     * What cannot be done, and what to do about it.
     *
     * @param means what the machine allows
     * @return a line for each act; empty where everything can be done
     */
    public static List<String> refused(Script script, Set<Means> means) {
        List<String> refused = new ArrayList<>();
        if (script.nodes() < FEWEST_NODES) {
            refused.add("'nodes' is " + script.nodes() + ": processes are made highly available first, so it wants "
                    + FEWEST_NODES + " or more");
        }
        if (script.roles().isPresent()) {
            refused.add("'roles' are of simulated clusters: processes have the usual policy;"
                    + " quorate-simulate --replay carries it out");
        }
        for (Act act : script.acts()) {
            refused(act.what(), means).ifPresent(why -> refused.add(act + ": " + why));
        }
        return refused;
    }

    private static Optional<String> refused(Disturbance what, Set<Means> means) {
        return switch (what) {
            case Disturbance.Partition partition -> without(Means.CUTS, means);
            case Disturbance.OneWay oneWay -> without(Means.CUTS, means);
            case Disturbance.Isolate isolate -> without(Means.CUTS, means);
            case Disturbance.Flaky flaky -> without(Means.BAD_LINKS, means);
            case Disturbance.Disk disk
            when disk.damage() != Disturbance.Damage.FULL ->
                Optional.of(
                        "a disk of processes can be FULL, and nothing else; quorate-simulate --replay does the rest");
            case Disturbance.Disk disk -> without(Means.SMALL_DISKS, means);
            default -> Optional.empty();
        };
    }

    private static Optional<String> without(Means wanted, Set<Means> means) {
        return means.contains(wanted) ? Optional.empty() : Optional.of(wanted.missing());
    }
}
