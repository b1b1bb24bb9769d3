package io.quorate.control.schedule;

import io.quorate.control.controller.Controller;
import java.util.List;

/** The controllers of this package. */
public final class ScheduleControllers {
    private ScheduleControllers() {}

    /** For one leadership: they remember what they saw, so that the next one begins with its own. */
    public static List<Controller> all() {
        return List.of(new Scheduler(), new NodeLifecycle(), new StrandedPods());
    }
}
