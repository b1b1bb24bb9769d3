package io.quorate.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.check.Dependency.Kind;
import io.quorate.chaos.check.Transaction.Append;
import io.quorate.chaos.check.Transaction.Read;
import io.quorate.chaos.check.Transaction.Step;
import io.quorate.chaos.history.Call;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether transactions of appends and reads of lists are strictly serializable (Kingsbury and Alvaro, Elle, VLDB 2020). Each element is
 * appended once, so a list that is read tells in which order its elements were appended and by whom (section 4.2, traceability and
 * recoverability); from that follow the dependencies, and a cycle among them is an anomaly (Adya, 1999).
 *
 * <p>What is looked for: cycles (G0, G1c, G-single, G2, and the same with real time), reads of what was certainly not appended (G1a) or was
 * a transaction's own intermediate state (G1b), lists of which neither continues the other (incompatible orders), duplicates, elements
 * that nobody appended, a transaction that disagrees with itself, and acknowledged appends that a later read does not see (lost, or stale
 * where a read after that has them again).
 */
public final class ListAppend {
    private final List<Transaction> transactions;
    private final Map<Element, Transaction> writers = new HashMap<>();
    private final Map<Element, Element> lastOfItsTransaction = new HashMap<>();
    private final Map<String, List<JsonNode>> orders = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Set<Dependency> dependencies = new LinkedHashSet<>();

    private record Element(String key, JsonNode value) {
        @Override
        public String toString() {
            return value + " of " + key;
        }
    }

    /** A transaction that has read a list. */
    private record Reading(Transaction by, Read read, Set<JsonNode> seen) {}

    private ListAppend(List<Transaction> transactions) {
        this.transactions = transactions;
    }

    /** @throws IllegalArgumentException where a call is no such transaction */
    public static Verdict check(List<Call> calls) {
        return new ListAppend(Transaction.of(calls)).judge();
    }

    private Verdict judge() {
        int judged =
                (int) transactions.stream().filter(each -> each.call().isOk()).count();
        Set<Element> twice = findWriters();
        if (!twice.isEmpty()) {
            return Verdict.unknown(
                    judged,
                    "these elements are appended more than once, so nothing follows from reading them: " + twice);
        }
        List<Reading> readings = new ArrayList<>();
        for (Transaction each : transactions) {
            each.reads().forEach(read -> readings.add(new Reading(each, read, new HashSet<>(read.list()))));
            agreesWithItself(each);
        }
        readings.forEach(this::readsWhatWasAppended);
        findOrders(readings);
        acknowledgedIsSeen(readings);
        findDependencies(readings);
        findRealTime();
        for (CycleSearch.Cycle cycle : CycleSearch.cycles(transactions.size(), List.copyOf(dependencies))) {
            findings.add(new Finding(cycle.anomaly(), text(cycle)));
        }
        return Verdict.of(judged, findings);
    }

    private Set<Element> findWriters() {
        Set<Element> twice = new LinkedHashSet<>();
        for (Transaction each : transactions) {
            Map<String, Element> last = new HashMap<>();
            for (Append append : each.appends()) {
                Element element = new Element(append.key(), append.element());
                if (writers.put(element, each) != null) {
                    twice.add(element);
                }
                last.put(append.key(), element);
            }
            each.appends()
                    .forEach(append -> lastOfItsTransaction.put(
                            new Element(append.key(), append.element()), last.get(append.key())));
        }
        return twice;
    }

    /** A read sees what the transaction itself has read and appended before, and nothing that it appends later (Elle, section 6.1, internal consistency). */
    private void agreesWithItself(Transaction transaction) {
        if (!transaction.call().isOk()) {
            return;
        }
        Map<String, List<JsonNode>> read = new HashMap<>();
        Map<String, List<JsonNode>> appended = new HashMap<>();
        Set<Element> later = transaction.appends().stream()
                .map(append -> new Element(append.key(), append.element()))
                .collect(Collectors.toSet());
        for (Step step : transaction.steps()) {
            List<JsonNode> since = appended.computeIfAbsent(step.key(), key -> new ArrayList<>());
            switch (step) {
                case Append append -> {
                    since.add(append.element());
                    later.remove(new Element(append.key(), append.element()));
                }
                case Read now -> {
                    List<JsonNode> before = read.get(step.key());
                    boolean agrees;
                    if (before == null) {
                        int others = now.list().size() - since.size();
                        agrees = others >= 0
                                && now.list().subList(others, now.list().size()).equals(since);
                    } else {
                        List<JsonNode> wanted = new ArrayList<>(before);
                        wanted.addAll(since);
                        agrees = now.list().equals(wanted);
                    }
                    agrees &= now.list().stream().noneMatch(each -> later.contains(new Element(step.key(), each)));
                    if (!agrees) {
                        findings.add(new Finding(
                                "internal", "a transaction does not see what it did itself\n  " + transaction.text()));
                    }
                    read.put(step.key(), now.list());
                    since.clear();
                }
            }
        }
    }

    private void readsWhatWasAppended(Reading reading) {
        String key = reading.read.key();
        Set<JsonNode> seen = new HashSet<>();
        for (JsonNode value : reading.read.list()) {
            Element element = new Element(key, value);
            Transaction writer = writers.get(element);
            if (!seen.add(value)) {
                findings.add(new Finding("duplicate", element + " is there twice\n  " + reading.by.text()));
            }
            if (writer == null) {
                findings.add(new Finding("never appended", element + " was read\n  " + reading.by.text()));
            } else if (writer.call().outcome() == Call.Outcome.FAIL) {
                findings.add(new Finding(
                        "G1a",
                        element + " was read, and was certainly not appended\n  " + writer.text() + "\n  "
                                + reading.by.text()));
            }
        }
        if (!reading.read.list().isEmpty()) {
            Element last = new Element(key, reading.read.list().getLast());
            Transaction writer = writers.get(last);
            if (writer != null
                    && writer.number() != reading.by.number()
                    && !last.equals(lastOfItsTransaction.get(last))) {
                findings.add(new Finding(
                        "G1b",
                        "the read ends with " + last + ", an intermediate state of " + writer.name() + "\n  "
                                + writer.text() + "\n  " + reading.by.text()));
            }
        }
    }

    /** The longest list that was read of a key is its order; each other one is a beginning of it. */
    private void findOrders(List<Reading> readings) {
        Map<String, Reading> longest = new HashMap<>();
        for (Reading each : readings) {
            longest.merge(
                    each.read.key(),
                    each,
                    (one, other) -> other.read.list().size() > one.read.list().size() ? other : one);
        }
        longest.forEach((key, reading) -> orders.put(key, List.copyOf(new LinkedHashSet<>(reading.read.list()))));
        Set<String> told = new HashSet<>();
        for (Reading each : readings) {
            Reading whole = longest.get(each.read.key());
            if (!isBeginning(each.read.list(), whole.read.list()) && told.add(each.read.key())) {
                findings.add(new Finding(
                        "incompatible order",
                        "of key " + each.read.key() + ": neither list continues the other\n  " + each.by.text() + "\n  "
                                + whole.by.text()));
            }
        }
    }

    private static boolean isBeginning(List<JsonNode> part, List<JsonNode> whole) {
        return part.size() <= whole.size() && whole.subList(0, part.size()).equals(part);
    }

    private void acknowledgedIsSeen(List<Reading> readings) {
        Map<String, List<Reading>> byKey = new HashMap<>();
        readings.forEach(each ->
                byKey.computeIfAbsent(each.read.key(), key -> new ArrayList<>()).add(each));
        for (Transaction each : transactions) {
            if (!each.call().isOk()) {
                continue;
            }
            for (Append append : each.appends()) {
                List<Reading> later = byKey.getOrDefault(append.key(), List.of()).stream()
                        .filter(reading -> each.call().precedes(reading.by.call()))
                        .toList();
                List<Reading> without = later.stream()
                        .filter(reading -> !reading.seen.contains(append.element()))
                        .toList();
                if (!without.isEmpty()) {
                    Reading last = without.getLast();
                    boolean stale = later.stream()
                            .anyMatch(reading ->
                                    reading.by.call().invoked() > last.by.call().invoked());
                    findings.add(new Finding(
                            stale ? "stale read" : "lost append",
                            new Element(append.key(), append.element())
                                    + " was acknowledged before a read that does not see it\n  " + each.text() + "\n  "
                                    + last.by.text()));
                }
            }
        }
    }

    private void findDependencies(List<Reading> readings) {
        Map<String, Set<Element>> unseen = new HashMap<>();
        writers.forEach((element, writer) -> {
            // Whether one of unknown outcome was appended at all only a read can tell.
            if (writer.call().isOk()
                    && !orders.getOrDefault(element.key, List.of()).contains(element.value)) {
                unseen.computeIfAbsent(element.key, key -> new LinkedHashSet<>())
                        .add(element);
            }
        });
        orders.forEach((key, order) -> {
            for (int i = 0; i + 1 < order.size(); i++) {
                follows(new Element(key, order.get(i)), List.of(new Element(key, order.get(i + 1))));
            }
            if (!order.isEmpty()) {
                follows(new Element(key, order.getLast()), unseen.getOrDefault(key, Set.of()));
            }
        });
        for (Reading each : readings) {
            String key = each.read.key();
            List<JsonNode> list = each.read.list();
            List<JsonNode> order = orders.getOrDefault(key, List.of());
            if (!isBeginning(list, order)) {
                continue; // what it is before cannot be told
            }
            if (!list.isEmpty()) {
                Element last = new Element(key, list.getLast());
                depends(
                        writers.get(last),
                        each.by,
                        Kind.WR,
                        "appended " + last + ", with which the list ends that was read");
            }
            Collection<Element> next = list.size() < order.size()
                    ? List.of(new Element(key, order.get(list.size())))
                    : unseen.getOrDefault(key, Set.of());
            next.forEach(element -> depends(
                    each.by,
                    writers.get(element),
                    Kind.RW,
                    "read " + key + " as " + list + ", without " + element.value));
        }
    }

    private void follows(Element before, Collection<Element> after) {
        after.forEach(element -> depends(
                writers.get(before),
                writers.get(element),
                Kind.WW,
                "appended " + before + ", after which comes " + element.value));
    }

    private void depends(@Nullable Transaction from, @Nullable Transaction to, Kind kind, String why) {
        if (from != null && to != null && from.number() != to.number()) {
            dependencies.add(new Dependency(from.number(), to.number(), kind, why));
        }
    }

    /**
     * Those that precede each other, without what follows from the rest: of the completed ones only those that no completed one follows lead
     * to the next (Elle, section 5.1).
     */
    private void findRealTime() {
        Map<Long, Transaction> invocations = new TreeMap<>();
        Map<Long, Transaction> completions = new HashMap<>();
        for (Transaction each : transactions) {
            if (each.call().outcome() != Call.Outcome.FAIL) {
                invocations.put(each.call().invoked(), each);
                if (each.call().isOk()) {
                    completions.put(each.call().completed(), each);
                }
            }
        }
        Map<Long, Boolean> moments = new TreeMap<>();
        invocations.keySet().forEach(at -> moments.put(at, true));
        completions.keySet().forEach(at -> moments.put(at, false));
        Map<Transaction, Set<Transaction>> before = new HashMap<>();
        Set<Transaction> frontier = new LinkedHashSet<>();
        moments.forEach((at, isInvocation) -> {
            if (isInvocation) {
                Transaction invoked = invocations.get(at);
                before.put(invoked, new LinkedHashSet<>(frontier));
                frontier.forEach(
                        one -> depends(one, invoked, Kind.REAL_TIME, "was completed before the other was invoked"));
            } else {
                Transaction completed = completions.get(at);
                frontier.removeAll(before.getOrDefault(completed, Set.of()));
                frontier.add(completed);
            }
        });
    }

    private String text(CycleSearch.Cycle cycle) {
        Map<Integer, Transaction> members = new LinkedHashMap<>();
        cycle.dependencies().forEach(each -> members.put(each.from(), transactions.get(each.from())));
        StringBuilder text = new StringBuilder("each of these comes before the next, and the last before the first");
        members.values().forEach(each -> text.append("\n  ").append(each.text()));
        for (Dependency each : cycle.dependencies()) {
            text.append("\n  ")
                    .append(transactions.get(each.from()).name())
                    .append(" before ")
                    .append(transactions.get(each.to()).name())
                    .append(" (")
                    .append(each.kind().text())
                    .append("): the first ")
                    .append(each.why());
        }
        return text.toString();
    }
}
