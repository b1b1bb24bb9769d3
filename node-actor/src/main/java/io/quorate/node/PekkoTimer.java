package io.quorate.node;

import io.quorate.node.lead.Timer;
import java.time.Duration;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;

/** The system's clocks and Pekko's scheduler; tasks run on the system's dispatcher. */
record PekkoTimer(ActorSystem system) implements Timer {
    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public Pending after(Duration delay, Runnable task) {
        Cancellable scheduled = system.scheduler().scheduleOnce(delay, task, system.dispatcher());
        return scheduled::cancel;
    }
}
