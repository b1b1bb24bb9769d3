package io.quorate.node.membership;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Backups that are taken again and again, and what came of them. Part of the cluster's replicated state. Immutable.
 *
 * @param nr number of the event that it comes from: one that was changed is another
 * @param every from one to the next
 * @param keep how many stay in the folder
 * @param folder where they go, on the node that takes them
 * @param node that takes them while it lives; empty for whichever can
 * @param sinceMillis when it was asked for, since 1970
 * @param last the last one that succeeded
 * @param failures of each node since then, by its name; the time is that of the first one for this reason
 */
public record BackupSchedule(
        long nr,
        Duration every,
        int keep,
        String folder,
        String node,
        long sinceMillis,
        Optional<Taken> last,
        Map<String, Failure> failures) {
    private static final Duration MIN_EVERY = Duration.ofSeconds(10);
    private static final Duration MAX_EVERY = Duration.ofDays(366);
    private static final int MAX_KEEP = 1000;
    private static final int MAX_FOLDER = 1024;

    /** After a failure it is not tried again at once, and not as seldom as once a year. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    /**
     * One that succeeded.
     *
     * @param file where it is, on that node
     * @param offset up to which the journal is in it
     * @param atMillis when the leader asked for it, since 1970
     */
    public record Taken(String node, String file, long offset, long bytes, long atMillis) {}

    /** @param atMillis since 1970 */
    public record Failure(String reason, long atMillis) {}

    public BackupSchedule {
        failures = Collections.unmodifiableMap(new TreeMap<>(failures));
    }

    /** What is wrong with a wish for one, naming the field and its bounds. */
    public static Optional<String> wrong(long everyMillis, int keep, String folder) {
        if (everyMillis < MIN_EVERY.toMillis() || everyMillis > MAX_EVERY.toMillis()) {
            return Optional.of("every: wants " + MIN_EVERY.toSeconds() + " s to " + MAX_EVERY.toDays() + " days, is "
                    + everyMillis / 1000.0 + " s");
        }
        if (keep < 1 || keep > MAX_KEEP) {
            return Optional.of("keep: wants 1 to " + MAX_KEEP + ", is " + keep);
        }
        if (!folder.startsWith("/")
                || folder.length() > MAX_FOLDER
                || folder.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("folder: wants the absolute path of a folder on the node, in one line of at most "
                    + MAX_FOLDER + " characters");
        }
        return Optional.empty();
    }

    /** What is scheduled from now on. What came of the one before still counts where the backups go to the same place. */
    static BackupSchedule after(
            Optional<BackupSchedule> before,
            long nr,
            Duration every,
            int keep,
            String folder,
            String node,
            long sinceMillis) {
        return new BackupSchedule(
                nr,
                every,
                keep,
                folder,
                node,
                sinceMillis,
                before.filter(old -> old.folder().equals(folder) && old.node().equals(node))
                        .flatMap(BackupSchedule::last),
                Map.of());
    }

    boolean isAs(long everyMillis, int otherKeep, String otherFolder, String otherNode) {
        return every.toMillis() == everyMillis
                && keep == otherKeep
                && folder.equals(otherFolder)
                && node.equals(otherNode);
    }

    boolean hasLast(Taken taken) {
        return last.filter(taken::equals).isPresent();
    }

    boolean knowsFailure(String of, String reason) {
        Failure known = failures.get(of);
        return known != null && known.reason().equals(reason);
    }

    BackupSchedule succeeded(Taken taken) {
        return new BackupSchedule(nr, every, keep, folder, node, sinceMillis, Optional.of(taken), Map.of());
    }

    BackupSchedule failed(String of, Failure failure) {
        Map<String, Failure> more = new TreeMap<>(failures);
        more.put(of, failure);
        return new BackupSchedule(nr, every, keep, folder, node, sinceMillis, last, more);
    }

    /** After a failure it is tried again so much later. */
    public Duration pause() {
        return every.compareTo(LONGEST_PAUSE) < 0 ? every : LONGEST_PAUSE;
    }

    /** Whether the next one is due. A clock that was set back far enough makes it due, too: it must not stand still until that time. */
    public boolean isDue(long nowMillis) {
        return last.map(taken -> Math.abs(nowMillis - taken.atMillis()) >= every.toMillis())
                .orElse(true);
    }

    /** Whether the next one should have been there for a while. */
    public boolean isOverdue(long nowMillis) {
        long due = last.map(taken -> taken.atMillis() + every.toMillis()).orElse(sinceMillis);
        return nowMillis - due > pause().toMillis();
    }
}
