package io.quorate.persistence.raft;

import io.microraft.executor.RaftNodeExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Wall: the engine knows heartbeats in whole seconds only, at least one. Here its second lasts as long as our heartbeat period
 * (three to one, about, by default); nothing outside of this class knows. Also adds the jitter that the engine's own 100 ms, divided by
 * five, no longer gives: without it two followers that wake together split the vote again and again.
 *
 * <p>And the engine waits as long for the votes of its hundredth election as for those of its first. Where a vote takes longer than that, on
 * links that are slow or machines that have other things to do, terms rise and nobody ever leads. Elections that follow each other closely
 * wait longer and longer here (as Raft's authors advise a timeout well above the time of a broadcast, section 5.6), a lonely one does not.
 */
final class EngineTime extends Clock implements RaftNodeExecutor {
    /** Election delays grow by up to this share of themselves. */
    private static final double ELECTION_JITTER = 0.5;

    /** Heartbeat periods shrink by up to this share; they never grow, or the leader would be late. */
    private static final double HEARTBEAT_JITTER = 0.2;

    private final LongSupplier nanos;
    /** Rounds of votes that wait as long as ever: each candidacy takes two, the pre-vote and the vote, and one vote may be split. */
    private static final int PATIENT_ROUNDS = 4;

    /** They wait no more than so many times as long. */
    private static final double LONGEST_BACKOFF = 8;

    /** Heartbeat timeouts without an election after which the next one is the first again. */
    private static final int QUIET_TIMEOUTS = 4;

    private final SerialExecutor executor;
    private final RandomGenerator random;
    private final RaftTiming timing;
    private final boolean jitter;
    private final boolean backoff;
    private LongSupplier givesWay = () -> 0;
    private int rounds;
    private long roundEndsAtNanos;
    private int depth;
    private volatile boolean dead;
    private long skippedMillis;

    EngineTime(SerialExecutor executor, LongSupplier nanos, RandomGenerator random, RaftTiming timing, Walls walls) {
        this.executor = executor;
        this.nanos = nanos;
        this.random = random;
        this.timing = timing;
        this.jitter = walls.electionJitter();
        this.backoff = walls.electionBackoff();
    }

    /** Heartbeat timeout as the engine wants it: a number of periods. */
    long heartbeatTimeoutSeconds() {
        return timing.heartbeatTimeout().toMillis() / timing.heartbeatPeriod().toMillis();
    }

    long electionTimeoutMillis() {
        return toEngineMillis(timing.electionTimeout().toMillis());
    }

    private long toEngineMillis(long millis) {
        return millis * 1000 / timing.heartbeatPeriod().toMillis();
    }

    /** From here on no task runs, waiting ones neither: what a dead replica left behind cannot be trusted. */
    void die() {
        dead = true;
    }

    boolean isDead() {
        return dead;
    }

    /** Runs a task as the engine's, so that what it executes runs inside of it only where that is safe. */
    void run(Runnable task) {
        if (dead) {
            return;
        }
        depth++;
        try {
            task.run();
        } finally {
            depth--;
        }
    }

    /** Called on the replica's thread only: at once where no other task of the engine is under way, which saves a turn. */
    @Override
    public void execute(Runnable task) {
        if (depth == 0) {
            run(task);
        } else {
            submit(task);
        }
    }

    @Override
    public void submit(Runnable task) {
        executor.execute(() -> run(task));
    }

    /** @param remainingNanos for how long elections that would begin wait yet */
    void givesWay(LongSupplier remainingNanos) {
        givesWay = remainingNanos;
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        Runnable due = isElection(delay, unit) ? () -> runUnlessGivingWay(task) : () -> run(task);
        executor.schedule(due, realDelay(delay, unit));
    }

    /** Schedules what is ours, not the engine's: in real time, as it is given. */
    void after(Runnable task, Duration delay) {
        executor.schedule(() -> run(task), delay);
    }

    private boolean isElection(long delay, TimeUnit unit) {
        return unit != TimeUnit.SECONDS && unit.toMillis(delay) >= electionTimeoutMillis();
    }

    private void runUnlessGivingWay(Runnable task) {
        long remaining = givesWay.getAsLong();
        if (remaining > 0) {
            executor.schedule(() -> runUnlessGivingWay(task), Duration.ofNanos(remaining));
        } else {
            run(task);
        }
    }

    private Duration realDelay(long delay, TimeUnit unit) {
        double real = unit.toNanos(delay) * (timing.heartbeatPeriod().toMillis() / 1000.0);
        if (unit == TimeUnit.SECONDS) {
            real *= 1 - (jitter ? HEARTBEAT_JITTER * random.nextDouble() : 0);
        } else if (isElection(delay, unit)) {
            real *= 1 + (jitter ? ELECTION_JITTER * random.nextDouble() : 0);
            real = backoff ? laterEachTime(real) : real;
        }
        return Duration.ofNanos((long) real);
    }

    private double laterEachTime(double delayNanos) {
        long now = nanos.getAsLong();
        boolean quiet = now - roundEndsAtNanos
                > timing.heartbeatTimeout().multipliedBy(QUIET_TIMEOUTS).toNanos();
        rounds = quiet ? 1 : rounds + 1;
        double later = delayNanos * Math.clamp(Math.pow(2, (rounds - PATIENT_ROUNDS) / 2.0), 1, LONGEST_BACKOFF);
        roundEndsAtNanos = now + (long) later;
        return later;
    }

    /**
     * Lets a heartbeat timeout pass at once, for a follower that knows without waiting that the leader says nothing more. What is
     * scheduled is due no earlier. On the replica's thread.
     */
    void skipHeartbeatTimeout() {
        skippedMillis += TimeUnit.SECONDS.toMillis(heartbeatTimeoutSeconds());
    }

    @Override
    public long millis() {
        return skippedMillis + toEngineMillis(TimeUnit.NANOSECONDS.toMicros(nanos.getAsLong())) / 1000;
    }

    /** What a difference of {@link #millis()} is in real milliseconds. */
    long toRealMillis(long engineMillis) {
        return engineMillis * timing.heartbeatPeriod().toMillis() / 1000;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
