package io.quorate.node.backup;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of backups that are scheduled, {@code quorate-CLUSTER-TIME-OFFSET-NODE.quorate}, and which of them are too many. Pure.
 *
 * <p>The cluster's identity is in the name, so that clusters that share a folder leave each other's files alone; the node's, so that nodes
 * that share one leave alone what another one is writing.
 */
final class BackupNames {
    private static final String UNFINISHED = ".partial";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final Pattern FINISHED = Pattern.compile(
            "quorate-(?<cluster>[0-9a-z]{1,8})-(?<time>\\d{8}T\\d{6}Z)-(?<offset>\\d{1,18})-[a-z0-9.-]+\\.quorate");

    private final String cluster;
    private final String node;

    /** @param cluster begin of its identity */
    BackupNames(String cluster, String node) {
        this.cluster = cluster;
        this.node = node;
    }

    private record Named(String name, String time, long offset) {}

    String finished(long atMillis, long offset) {
        return begin(atMillis) + offset + "-" + node + ".quorate";
    }

    /** Of one that is being written: how far it goes is known at its end. */
    String unfinished(long atMillis) {
        return begin(atMillis) + node + ".quorate" + UNFINISHED;
    }

    private String begin(long atMillis) {
        return "quorate-" + cluster + "-" + TIME.format(Instant.ofEpochMilli(atMillis)) + "-";
    }

    /**
     * What this node began and did not finish; nothing else of that name is being written, for a node writes one at a time.
     *
     * @param names what is in the folder
     */
    List<String> abandoned(Collection<String> names) {
        Pattern own = Pattern.compile("quorate-" + Pattern.quote(cluster) + "-\\d{8}T\\d{6}Z-" + Pattern.quote(node)
                + "\\.quorate\\.partial");
        return names.stream().filter(name -> own.matcher(name).matches()).toList();
    }

    /**
     * Finished ones of this cluster beyond the newest that are to stay. That is the one that has just been written, whatever its name says,
     * and those that go furthest: a clock may have been set back, the journal goes forward.
     *
     * @param names what is in the folder; what has another form of name, or another cluster's, is not in the answer
     * @param keep how many stay; 1 or more
     */
    List<String> superfluous(Collection<String> names, int keep, String justWritten) {
        return names.stream()
                .map(this::own)
                .flatMap(Optional::stream)
                .filter(named -> !named.name().equals(justWritten))
                .sorted(Comparator.comparingLong(Named::offset)
                        .thenComparing(Named::time)
                        .thenComparing(Named::name)
                        .reversed())
                .skip(keep - 1L)
                .map(Named::name)
                .toList();
    }

    private Optional<Named> own(String name) {
        Matcher matcher = FINISHED.matcher(name);
        return matcher.matches() && matcher.group("cluster").equals(cluster)
                ? Optional.of(new Named(name, matcher.group("time"), Long.parseLong(matcher.group("offset"))))
                : Optional.empty();
    }
}
