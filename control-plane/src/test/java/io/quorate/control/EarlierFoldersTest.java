package io.quorate.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.control.kv.KeyValues;
import io.quorate.control.objects.ApiObjects;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.node.aggregate.Aggregate;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.Identity;
import io.quorate.node.membership.Membership;
import io.quorate.node.membership.MembershipState;
import io.quorate.persistence.events.EventStore;
import io.quorate.persistence.events.EventsReview;
import io.quorate.persistence.journal.Offset;
import io.quorate.persistence.journal.Page;
import io.quorate.persistence.journal.Query;
import io.quorate.persistence.journal.StoredEvent;
import io.quorate.persistence.raft.RaftLogReview;
import io.quorate.persistence.store.KeyValueStore;
import io.quorate.persistence.store.StoreEngine;
import io.quorate.persistence.store.StoreEngines;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Data folders that earlier releases have written ({@code .ci/keep-folder}): each is opened, and holds what it held, byte by byte. */
class EarlierFoldersTest {
    private static final Path KEPT = Path.of("src", "test", "resources", "earlier-releases");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 1_000;

    @TempDir
    private Path root;

    static Stream<Arguments> folders() throws IOException {
        try (Stream<Path> files = Files.list(KEPT)) {
            return files.filter(file -> file.toString().endsWith(".zip")).sorted().toList().stream()
                    .flatMap(file -> Stream.of("auto", "java")
                            .map(engine -> Arguments.of(file.getFileName().toString(), engine)));
        }
    }

    private void unpack(String file) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(KEPT.resolve(file)))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path to = root.resolve(entry.getName()).normalize();
                assertThat(to).startsWithRaw(root);
                if (entry.isDirectory()) {
                    Files.createDirectories(to);
                } else {
                    Files.createDirectories(to.getParent());
                    Files.copy((InputStream) zip, to);
                }
            }
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private Map<Long, String> told() throws IOException {
        Map<Long, String> told = new LinkedHashMap<>();
        for (JsonNode entry :
                JSON.readTree(root.resolve("entries.json").toFile()).path("entries")) {
            told.put(entry.path("index").asLong(), entry.path("sha256").asText());
        }
        return told;
    }

    private static Map<Long, String> held(EventStore events) {
        Map<Long, String> held = new LinkedHashMap<>();
        for (long after = 0; after < events.appliedIndex(); ) {
            Query.Entries page = events.ask(new Query.EntriesAfter(after, Query.MAX_PAGE_BYTES));
            page.entries().forEach(entry -> held.put(entry.index(), sha256(entry.bytes())));
            after = page.upTo();
        }
        return held;
    }

    private static List<StoredEvent> all(EventStore events) {
        List<StoredEvent> all = new ArrayList<>();
        Offset after = Offset.ZERO;
        while (true) {
            Page<StoredEvent> page = events.ask(new Query.EventsAfter(after, new Query.Filter.All(), PAGE));
            all.addAll(page.items());
            after = page.upTo();
            if (page.complete()) {
                return all;
            }
        }
    }

    /** The state that an entity comes to with all its events. */
    private static <S, E> S folded(Aggregate<S, ?, E> rules, List<StoredEvent> all) {
        S state = rules.empty();
        for (StoredEvent event : all) {
            if (event.persistenceId().equals(rules.persistenceId())) {
                state = rules.evolve(state, rules.read(event), event.sequenceNr());
            }
        }
        return state;
    }

    @ParameterizedTest(name = "{0}, engine {1}")
    @MethodSource("folders")
    void what_an_earlier_release_has_written_is_read(String file, String engine) throws IOException {
        unpack(file);
        Identity self = DataFolder.readIdentity(root).orElseThrow();
        StoreEngine stores = StoreEngines.of(engine);
        try (KeyValueStore log = stores.open(root.resolve("backend/log"))) {
            RaftLogReview review = RaftLogReview.of(log).orElseThrow();
            assertThat(review.self()).isEqualTo(self.member());
            assertThat(review.voters()).contains(self.member());
        }
        try (KeyValueStore store = stores.open(root.resolve("backend/events"))) {
            EventsReview review = EventsReview.of(store);
            assertThat(review.problems()).isEmpty();
            assertThat(review.entries()).isPositive();
        }
        try (EventStore events = EventStore.open(stores.open(root.resolve("backend/events")))) {
            Map<Long, String> held = held(events);
            Map<Long, String> told = told();
            told.keySet().removeIf(index -> index > events.appliedIndex());
            assertThat(held).isEqualTo(told).hasSizeGreaterThan(50);

            List<StoredEvent> all = all(events);
            Membership membership = new Membership(self.clusterId(), self.epoch(), self.founders());
            KeyValues keyValues = new KeyValues();
            ApiObjects objects = new ApiObjects();
            assertThat(all)
                    .extracting(StoredEvent::persistenceId)
                    .containsOnly(membership.persistenceId(), keyValues.persistenceId(), objects.persistenceId());
            MembershipState members = folded(membership, all);
            assertThat(members.nodes()).containsOnlyKeys("n1", "n2");
            assertThat(members.removed()).containsKey("n3");
            assertThat(members.backups()).isPresent();
            assertThat(folded(keyValues, all).revisions()).containsKey("key-9").doesNotContainKey("key-3");
            ObjectState state = folded(objects, all);
            assertThat(state.get(new ObjectKey("configmaps", "default", "map-7"))
                            .map(map -> new String(map.json(), StandardCharsets.UTF_8)))
                    .hasValueSatisfying(json -> assertThat(json).contains("grün"));
            assertThat(state.get(new ObjectKey("configmaps", "default", "map-8")))
                    .isEmpty();
        }
    }
}
