package io.quorate.node.recovery;

import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.trust.Credentials;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.events.EventsReview;
import io.quorate.persistence.raft.RaftLogReview;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.StoreEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the data folder of a node that is down holds, part by part, and what is wrong with it.
 *
 * @param parts in the order in which they are read
 */
public record FolderReview(List<Part> parts) {
    private static final String LOG = "backend/log";
    private static final String EVENTS = "backend/events";

    /**
     * @param name of the file or folder, as in {@code docs/data-folder.md}
     * @param holds in words; empty where it could not be read
     * @param problems one line each; none where it is sound
     */
    public record Part(String name, String holds, List<String> problems) {
        public Part {
            problems = List.copyOf(problems);
        }
    }

    public FolderReview {
        parts = List.copyOf(parts);
    }

    /** Whether nothing is wrong. */
    public boolean isSound() {
        return parts.stream().allMatch(part -> part.problems().isEmpty());
    }

    /**
     * Reads everything that is there. Opening the stores cuts off and keeps aside what a power loss has torn, as a start does; nothing else
     * is changed.
     *
     * @param now for certificates that have ended, or not begun
     */
    public static FolderReview of(DataFolder folder, StoreEngine engine, Instant now) {
        Reading reading = new Reading();
        Optional<Identity> identity = reading.identity(folder);
        reading.tls(folder, now);
        Optional<RaftLogReview> log =
                reading.store(LOG, folder.log(), engine, RaftLogReview::of).flatMap(found -> found);
        Optional<EventsReview> events = reading.store(EVENTS, folder.events(), engine, EventsReview::of);
        log.ifPresent(found -> reading.log(found, identity));
        events.ifPresent(found -> reading.events(found, log));
        identity.ifPresent(self -> reading.missing(self.replica()));
        return new FolderReview(reading.parts);
    }

    private static final class Reading {
        private final List<Part> parts = new ArrayList<>();

        private void add(String name, String holds, List<String> problems) {
            parts.add(new Part(name, holds, problems));
        }

        private void unreadable(String name, RuntimeException why) {
            add(name, "", List.of(String.valueOf(why.getMessage())));
        }

        Optional<Identity> identity(DataFolder folder) {
            try {
                Optional<Identity> found = folder.identity();
                found.ifPresentOrElse(
                        self -> add(
                                "node.yaml",
                                self.member() + ", " + self.replica().name().toLowerCase(Locale.ROOT)
                                        + " of the cluster " + self.clusterId(),
                                List.of()),
                        () -> add("node.yaml", "", List.of("node.yaml is missing: no node was ever started here")));
                return found;
            } catch (FolderException e) {
                unreadable("node.yaml", e);
                return Optional.empty();
            }
        }

        void tls(DataFolder folder, Instant now) {
            try {
                X509Certificate certificate = Credentials.of(folder.tls()).certificate();
                Instant begins = certificate.getNotBefore().toInstant();
                Instant ends = certificate.getNotAfter().toInstant();
                List<String> problems = new ArrayList<>();
                if (ends.isBefore(now)) {
                    problems.add("the certificate has ended: the next start makes a new one, if tls/ca.key is there");
                }
                if (begins.isAfter(now)) {
                    problems.add("the certificate begins at " + begins.truncatedTo(ChronoUnit.SECONDS)
                            + ": the clock is behind, or was ahead when it was made; with the right clock the next"
                            + " start makes a new one, if tls/ca.key is there");
                }
                add("tls", "a certificate until " + ends.truncatedTo(ChronoUnit.SECONDS), problems);
            } catch (FolderException | IllegalArgumentException e) {
                unreadable("tls", e);
            }
        }

        <T> Optional<T> store(String name, Path folder, StoreEngine engine, Function<KeyValueStore, T> review) {
            if (!Files.isDirectory(folder)) {
                return Optional.empty();
            }
            try (KeyValueStore store = engine.open(folder)) {
                return Optional.of(review.apply(store));
            } catch (StorageException | IllegalArgumentException e) {
                unreadable(name, e);
                return Optional.empty();
            }
        }

        /** What this node has to have, and has not. */
        void missing(Identity.Replica replica) {
            boolean votes = replica == Identity.Replica.MEMBER;
            if (votes && !has(LOG)) {
                add(LOG, "", List.of("the Raft log is missing: without it this node must not vote"));
            }
            if ((votes || replica == Identity.Replica.FOLLOWER) && !has(EVENTS)) { // one that is repaired fetches it
                add(EVENTS, "", List.of("the copy of the journal is missing"));
            }
        }

        private boolean has(String name) {
            return parts.stream().anyMatch(part -> part.name().equals(name));
        }

        void log(RaftLogReview log, Optional<Identity> identity) {
            add(
                    LOG,
                    "term " + log.term()
                            + log.votedFor()
                                    .map(member -> ", voted for " + member.node())
                                    .orElse("")
                            + "; " + log.entries() + " entries up to " + log.lastIndex() + ", cut up to "
                            + log.snapshotIndex() + "; voters "
                            + log.voters().stream().map(MemberId::node).sorted().collect(Collectors.joining(", ")),
                    identity
                            .map(Identity::member)
                            .filter(self -> !self.equals(log.self()))
                            .map(self -> "it is the log of " + log.self() + ", and this node is " + self)
                            .stream()
                            .toList());
        }

        void events(EventsReview events, Optional<RaftLogReview> log) {
            List<String> problems = new ArrayList<>(events.problems());
            log.ifPresent(found -> {
                if (events.appliedIndex() < found.snapshotIndex()) {
                    problems.add("the log was cut up to " + found.snapshotIndex() + ", and only "
                            + events.appliedIndex() + " is applied: what is between is missing");
                }
                if (events.appliedIndex() > found.lastIndex()) {
                    problems.add(events.appliedIndex() + " is applied, and the log ends with " + found.lastIndex()
                            + ": one of the two was set back to an older state");
                }
            });
            add(
                    EVENTS,
                    "applied up to " + events.appliedIndex() + ": " + events.events() + " events of "
                            + events.entities() + " entities, " + events.snapshots() + " snapshots, "
                            + events.bytes() / 1024 + " KiB",
                    problems);
        }
    }
}
