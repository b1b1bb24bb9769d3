package io.quorate.node.workload;

import java.util.List;
import java.util.Optional;

/**
 * What is known of a container here. Immutable.
 *
 * @param attempts the latest ones, the last of them last; empty where it was never started
 * @param stop that its latest attempt is being ended; empty where it is not
 * @param refusal why it could not be started; empty where it could, or was not tried
 */
public record ContainerRun(List<Attempt> attempts, Health health, Optional<Stop> stop, Optional<Refusal> refusal) {
    /** Never started. */
    public static final ContainerRun NONE =
            new ContainerRun(List.of(), Health.of(0), Optional.empty(), Optional.empty());

    /**
     * How far the end of an attempt is.
     *
     * @param preparing whether what is to be done before is under way
     * @param told whether it was told to end
     * @param killed whether it was killed
     */
    record Stop(long killAtMillis, boolean preparing, boolean told, boolean killed) {}

    /**
     * A start that was refused.
     *
     * @param times how often in a row
     */
    record Refusal(String reason, String message, long atMillis, int times) {
        long againMillis() {
            long wait = BackOff.FIRST_MILLIS;
            for (int i = 1; i < times && wait < BackOff.LONGEST_MILLIS; i++) {
                wait = BackOff.longer(wait);
            }
            return atMillis + wait;
        }
    }

    public ContainerRun {
        attempts = List.copyOf(attempts);
    }

    /**
     * One that runs, and that an agent before this one has looked after.
     *
     * @param attempts the latest ones; not empty
     * @param startedUp what was said last of the last of them
     * @param ready likewise
     */
    public static ContainerRun takenUp(List<Attempt> attempts, boolean startedUp, boolean ready) {
        Health health = Health.takenUp(attempts.getLast().number(), startedUp, ready);
        return new ContainerRun(attempts, health, Optional.empty(), Optional.empty());
    }

    /** The same with what the runtime knows now; what was known of an attempt before is not of the next. */
    public ContainerRun at(List<Attempt> now) {
        if (now.isEmpty()) {
            return new ContainerRun(now, Health.of(0), Optional.empty(), refusal);
        }
        Attempt last = now.getLast();
        boolean same = !attempts.isEmpty() && attempts.getLast().number() == last.number();
        return new ContainerRun(
                now,
                same && last.runs() ? health : Health.of(last.number()),
                same && last.runs() ? stop : Optional.empty(),
                same || attempts.isEmpty() ? refusal : Optional.empty());
    }

    Optional<Attempt> last() {
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
    }

    boolean runs() {
        return last().filter(Attempt::runs).isPresent();
    }

    ContainerRun with(Health now) {
        return new ContainerRun(attempts, now, stop, refusal);
    }

    ContainerRun with(Stop now) {
        return new ContainerRun(attempts, health, Optional.of(now), refusal);
    }

    /** Its start was refused. */
    public ContainerRun refused(StartRefused why, long nowMillis) {
        int times = refusal.map(Refusal::times).orElse(0) + 1;
        return new ContainerRun(
                attempts, health, stop, Optional.of(new Refusal(why.reason(), why.message(), nowMillis, times)));
    }

    /** It was started. */
    public ContainerRun startable() {
        return new ContainerRun(attempts, health, stop, Optional.empty());
    }

    /** What is done before its end is done. */
    public ContainerRun prepared() {
        return stop.map(each -> with(new Stop(each.killAtMillis(), false, each.told(), each.killed())))
                .orElse(this);
    }

    /** A probe has an answer; one of an attempt before this one says nothing. */
    public ContainerRun probed(ContainerWish wish, Probe.Kind kind, int attempt, boolean well, long nowMillis) {
        Optional<Probe> probe = wish.probe(kind);
        boolean current = runs() && health.attempt() == attempt && probe.isPresent();
        return current ? with(health.after(kind, probe.orElseThrow(), well, nowMillis)) : this;
    }
}
