package io.quorate.node.workload;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the probes of one attempt have said. Immutable.
 *
 * @param attempt its number
 * @param startedUpMillis when its startup probe was well for the first time; 0 before
 * @param failed which probe it is to be ended for
 */
record Health(int attempt, Map<Probe.Kind, Track> tracks, long startedUpMillis, Optional<Probe.Kind> failed) {
    /**
     * One probe.
     *
     * @param well what its results in a row came to
     * @param streak results in a row that say the contrary
     * @param lastMillis when it was looked at last; 0 where it never was
     * @param looking whether it is being looked at
     */
    record Track(boolean well, int streak, long lastMillis, boolean looking) {}

    Health {
        tracks = Map.copyOf(tracks);
    }

    static Health of(int attempt) {
        return new Health(attempt, Map.of(), 0, Optional.empty());
    }

    /** Of an attempt that was looked at before this process was: it counts as it did, until its probes say otherwise. */
    static Health takenUp(int attempt, boolean startedUp, boolean ready) {
        Map<Probe.Kind, Track> tracks = Map.of(
                Probe.Kind.STARTUP,
                new Track(startedUp, 0, 0, false),
                Probe.Kind.READINESS,
                new Track(ready, 0, 0, false));
        return new Health(attempt, tracks, 0, Optional.empty());
    }

    /** A container lives until the contrary is known, and neither has started nor is ready until that is. */
    Track track(Probe.Kind kind) {
        return tracks.getOrDefault(kind, new Track(kind == Probe.Kind.LIVENESS, 0, 0, false));
    }

    private Health with(Probe.Kind kind, Track track) {
        Map<Probe.Kind, Track> more = new HashMap<>(tracks);
        more.put(kind, track);
        return new Health(attempt, more, startedUpMillis, failed);
    }

    boolean isStartedUp(ContainerWish wish) {
        return wish.probe(Probe.Kind.STARTUP).isEmpty()
                || track(Probe.Kind.STARTUP).well();
    }

    boolean isReady(ContainerWish wish) {
        return isStartedUp(wish)
                && (wish.probe(Probe.Kind.READINESS).isEmpty()
                        || track(Probe.Kind.READINESS).well());
    }

    /** When a probe is to be looked at; empty while it is not, or is being. */
    OptionalLong due(ContainerWish wish, Probe.Kind kind, long startedMillis) {
        Optional<Probe> probe = wish.probe(kind);
        boolean startsUp = !isStartedUp(wish);
        Track track = track(kind);
        if (probe.isEmpty() || (kind == Probe.Kind.STARTUP) != startsUp || track.looking() || failed.isPresent()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                track.lastMillis() == 0
                        ? Math.max(startedMillis + probe.get().initialDelayMillis(), startedUpMillis)
                        : track.lastMillis() + probe.get().periodMillis());
    }

    Health looking(Probe.Kind kind, long nowMillis) {
        Track track = track(kind);
        return with(kind, new Track(track.well(), track.streak(), nowMillis, true));
    }

    Health after(Probe.Kind kind, Probe probe, boolean well, long nowMillis) {
        Track track = track(kind);
        int streak = well == track.well() ? 0 : track.streak() + 1;
        // What only ends a container counts failures from the beginning, whatever was before.
        boolean ends = kind != Probe.Kind.READINESS;
        if (ends && !well) {
            streak = track.streak() + 1;
        }
        boolean turns = streak >= (well ? probe.successThreshold() : probe.failureThreshold());
        boolean differs = well != track.well();
        Track next = new Track(
                differs && turns ? well : track.well(), differs && turns ? 0 : streak, track.lastMillis(), false);
        Health more = with(kind, next);
        if (ends && !well && turns) {
            return new Health(attempt, more.tracks(), startedUpMillis, Optional.of(kind));
        }
        boolean up = kind == Probe.Kind.STARTUP && next.well() && startedUpMillis == 0;
        return up ? new Health(attempt, more.tracks(), nowMillis, failed) : more;
    }
}
