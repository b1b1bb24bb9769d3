package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.Closeable;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.Scheduler;
import org.apache.pekko.event.Logging;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import scala.concurrent.ExecutionContext;

@Timeout(30)
class TicklessSchedulerTest {
    private static final Duration SOON = Duration.ofMillis(20);
    private static final Duration LATER = Duration.ofMillis(60);
    private static final Duration NEVER = Duration.ofHours(1);

    private final AtomicReference<Thread> thread = new AtomicReference<>();
    private final TicklessScheduler scheduler = new TicklessScheduler(task -> {
        Thread made = Thread.ofPlatform().daemon().unstarted(task);
        thread.set(made);
        return made;
    });
    private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    private final ExecutionContext here = ExecutionContext.fromExecutor(Runnable::run);

    @AfterEach
    void close() {
        scheduler.close();
    }

    private Cancellable once(Duration delay, String name) {
        return scheduler.scheduleOnce(delay, () -> ran.add(name), here);
    }

    @Test
    void a_timer_runs_when_it_is_due_and_not_before() throws InterruptedException {
        long begun = System.nanoTime();
        Duration muchLater = Duration.ofSeconds(1);
        once(muchLater, "later");
        once(SOON, "soon");
        assertThat(ran.take()).isEqualTo("soon");
        assertThat(ran.take()).isEqualTo("later");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(muchLater);
    }

    @Test
    void a_timer_that_was_cancelled_does_not_run_and_one_that_ran_is_not_cancelled() throws InterruptedException {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        // Holds the timers' thread, so that none is due before it has been cancelled.
        scheduler.scheduleOnce(Duration.ZERO, goOn::join, here);
        Cancellable cancelled = once(SOON, "cancelled");
        assertThat(cancelled.cancel()).isTrue();
        assertThat(cancelled.cancel()).isFalse();
        Cancellable kept = once(LATER, "kept");
        goOn.complete(null);
        assertThat(ran.take()).isEqualTo("kept");
        assertThat(ran).isEmpty();
        assertThat(kept.cancel()).isFalse();
        assertThat(kept.isCancelled()).isFalse();
        assertThat(cancelled.isCancelled()).isTrue();
    }

    @Test
    void what_repeats_runs_until_it_is_cancelled() throws InterruptedException {
        Cancellable repeated = scheduler.schedule(SOON, SOON, () -> ran.add("again"), here);
        for (int i = 0; i < 3; i++) {
            assertThat(ran.take()).isEqualTo("again");
        }
        assertThat(repeated.cancel()).isTrue();
        // A run that was under way has ended once the timers' thread does something else.
        CompletableFuture<Void> ended = new CompletableFuture<>();
        scheduler.scheduleOnce(Duration.ZERO, () -> ended.complete(null), here);
        ended.join();
        ran.clear();
        once(LATER, "after");
        assertThat(ran.take()).isEqualTo("after");
        assertThat(repeated.isCancelled()).isTrue();
    }

    @Test
    void what_repeats_and_throws_has_run_for_the_last_time() throws InterruptedException {
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        scheduler.schedule(
                SOON,
                SOON,
                () -> {
                    ran.add("throws");
                    throw new IllegalArgumentException("no more");
                },
                ExecutionContext.fromExecutor(Runnable::run, failure -> {
                    reported.complete(failure);
                    return null;
                }));
        assertThat(reported.join()).hasMessage("no more");
        assertThat(ran.take()).isEqualTo("throws");
        once(LATER, "after");
        assertThat(ran.take()).isEqualTo("after");
    }

    @Test
    void with_nothing_due_its_thread_does_not_wake_up() throws InterruptedException {
        once(NEVER, "never");
        once(SOON, "soon");
        assertThat(ran.take()).isEqualTo("soon");
        try (TicklessScheduler other =
                new TicklessScheduler(Thread.ofPlatform().daemon().factory())) {
            CompletableFuture<Long> waitsBefore = new CompletableFuture<>();
            CompletableFuture<Long> waitsAfter = new CompletableFuture<>();
            other.scheduleOnce(LATER, () -> waitsBefore.complete(waits()), here);
            other.scheduleOnce(LATER.multipliedBy(5), () -> waitsAfter.complete(waits()), here);
            assertThat(waitsAfter.join()).isEqualTo(waitsBefore.join());
        }
    }

    private long waits() {
        while (thread.get().getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return ManagementFactory.getThreadMXBean()
                .getThreadInfo(thread.get().threadId())
                .getWaitedCount();
    }

    @Test
    void at_the_end_a_question_is_told_and_all_else_is_dropped() {
        once(NEVER, "dropped");
        scheduler.scheduleOnce(NEVER, (Scheduler.TaskRunOnClose) () -> ran.add("told"), here);
        scheduler.close();
        assertThat(ran).containsExactly("told");
    }

    @Test
    void after_the_end_no_timer_begins() {
        scheduler.close();
        assertThatThrownBy(() -> once(SOON, "late"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended");
        assertThatThrownBy(() -> scheduler.scheduleOnce(NEVER, (Scheduler.TaskRunOnClose) () -> ran.add("late"), here))
                .isInstanceOf(IllegalStateException.class);
        scheduler.close();
        assertThat(ran).isEmpty();
    }

    /** Told by another exception it left its threads behind, and an error as the last line of a node that had said why it does not start. */
    @Test
    void a_dispatcher_whose_last_actor_stops_after_the_end_of_timers_ends_without_an_error() throws Exception {
        ActorSystem system =
                ActorSystem.create("timers", ConfigFactory.parseString("""
                        pekko.scheduler.implementation = io.quorate.node.TicklessScheduler
                        pekko.coordinated-shutdown.run-by-actor-system-terminate = off
                        last { executor = thread-pool-executor, thread-pool-executor.fixed-pool-size = 1 }
                        """).withFallback(ConfigFactory.load()));
        try {
            TestKit errors = new TestKit(system);
            system.getEventStream().subscribe(errors.getRef(), Logging.Error.class);
            CompletableFuture<Thread> runsOn = new CompletableFuture<>();
            ActorRef last = system.actorOf(
                    Props.create(Last.class, () -> new Last(runsOn)).withDispatcher("last"));
            Thread pool = runsOn.get();
            ((Closeable) system.scheduler()).close();

            system.stop(last);
            pool.join();
            assertThat(errors.msgAvailable()).isFalse();
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    private static final class Last extends AbstractActor {
        private final CompletableFuture<Thread> runsOn;

        Last(CompletableFuture<Thread> runsOn) {
            this.runsOn = runsOn;
        }

        @Override
        public void preStart() {
            runsOn.complete(Thread.currentThread());
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder().build();
        }
    }

    @Test
    void many_timers_set_and_cancelled_at_once_each_run_or_are_cancelled_and_never_both() throws Exception {
        int timers = 2_000;
        LinkedBlockingQueue<Integer> numbers = new LinkedBlockingQueue<>();
        int cancelled = 0;
        for (int i = 0; i < timers; i++) {
            int number = i;
            Cancellable timer = scheduler.scheduleOnce(Duration.ofNanos(i * 500L), () -> numbers.add(number), here);
            if (i % 2 == 0 && timer.cancel()) {
                cancelled++;
            }
        }
        for (int i = cancelled; i < timers; i++) {
            assertThat(numbers.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        once(SOON, "after");
        assertThat(ran.take()).isEqualTo("after");
        assertThat(numbers).isEmpty();
    }
}
