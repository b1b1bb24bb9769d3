package io.quorate.chaos.history;

import io.quorate.chaos.history.Call.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts completions to their invocations, line by line. */
final class CallPairing {
    private final Map<Long, HistoryLine> underWay = new HashMap<>();
    private final Set<Long> crashed = new HashSet<>();
    private final List<Call> calls = new ArrayList<>();

    void add(HistoryLine line) {
        if (line.type() == HistoryLine.Type.INVOKE) {
            if (crashed.contains(line.process())) {
                throw new IllegalArgumentException("process " + line.process()
                        + " invokes again after an unknown outcome; its client was to go on as a new process");
            }
            if (underWay.put(line.process(), line) != null) {
                throw new IllegalArgumentException(
                        "process " + line.process() + " invokes while it has another operation under way");
            }
            return;
        }
        HistoryLine invocation = underWay.remove(line.process());
        if (invocation == null || !invocation.function().equals(line.function())) {
            throw new IllegalArgumentException(
                    "process " + line.process() + " completes '" + line.function() + "', which it has not under way");
        }
        switch (line.type()) {
            case OK -> calls.add(call(invocation, line, Outcome.OK));
            case FAIL -> calls.add(call(invocation, line, Outcome.FAIL));
            default -> {
                crashed.add(line.process());
                calls.add(unknown(invocation, line.nanos()));
            }
        }
    }

    List<Call> calls() {
        List<Call> all = new ArrayList<>(calls);
        underWay.values().forEach(invocation -> all.add(unknown(invocation, Call.NEVER)));
        all.sort(Comparator.comparingLong(Call::invoked));
        return all;
    }

    private static Call call(HistoryLine invocation, HistoryLine completion, Outcome outcome) {
        return new Call(
                invocation.process(),
                invocation.function(),
                invocation.key(),
                invocation.value(),
                outcome == Outcome.OK ? completion.value() : invocation.value(),
                outcome,
                invocation.index(),
                completion.index(),
                invocation.nanos(),
                completion.nanos(),
                invocation.node());
    }

    private static Call unknown(HistoryLine invocation, long nanos) {
        return new Call(
                invocation.process(),
                invocation.function(),
                invocation.key(),
                invocation.value(),
                invocation.value(),
                Outcome.INFO,
                invocation.index(),
                Call.NEVER,
                invocation.nanos(),
                nanos,
                invocation.node());
    }
}
