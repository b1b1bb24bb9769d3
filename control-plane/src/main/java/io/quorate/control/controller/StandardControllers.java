package io.quorate.control.controller;

import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.List;

/** The controllers of this package, all that a cluster runs beside the scheduler. */
public final class StandardControllers {
    private StandardControllers() {}

    /** None of them remembers anything. */
    public static List<Controller> all() {
        List<Controller> all = new ArrayList<>(List.of(
                new Deployments(),
                new ReplicaSets(),
                new DaemonSets(),
                new StatefulSets(),
                new Jobs(),
                new CronJobs(),
                new EndpointLists(),
                new EndpointSlices(),
                new DisruptionBudgets(),
                new ServiceAccounts(),
                new VolumeClaims(),
                new VolumePhases(),
                new NamespaceEnds(),
                new EventEnds()));
        ResourceTypes.ALL.forEach(type -> all.add(new GarbageCollector(type)));
        return List.copyOf(all);
    }
}
