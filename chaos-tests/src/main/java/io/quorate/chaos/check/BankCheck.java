package io.quorate.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.history.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether money is neither made nor lost: in each read the accounts are those that were opened, their sum is what they were opened with,
 * and none is below zero, as Jepsen's checker {@code bank} has it. What was taken from one account and not yet given to another is an
 * account of its own, {@code transit}, of which a history need not know.
 */
public final class BankCheck {
    /** What is on its way between two accounts. */
    public static final String TRANSIT = "transit";

    private BankCheck() {}

    /** @throws IllegalArgumentException where a call is not one of a bank */
    public static Verdict check(List<Call> calls) {
        JsonNode opened = null;
        List<Finding> findings = new ArrayList<>();
        List<Call> reads = new ArrayList<>();
        int judged = 0;
        for (Call call : calls) {
            judged += call.isOk() ? 1 : 0;
            switch (call.function()) {
                case "open" -> {
                    if (call.isOk()) {
                        opened = call.answered();
                    }
                }
                case "transfer" -> {}
                case "read" -> {
                    if (call.isOk()) {
                        reads.add(call);
                    }
                }
                default ->
                    throw new IllegalArgumentException(
                            "a bank knows open, transfer and read, not '" + call.function() + "'");
            }
        }
        if (opened == null || reads.isEmpty()) {
            return Verdict.unknown(judged, opened == null ? "no accounts were opened" : "nothing was read");
        }
        for (Call read : reads) {
            judge(opened, read, findings);
        }
        return Verdict.of(judged, findings);
    }

    private static void judge(JsonNode opened, Call read, List<Finding> findings) {
        long total = sum(opened);
        long sum = sum(read.answered());
        if (sum != total) {
            findings.add(new Finding(
                    "wrong total",
                    "the accounts hold " + sum + ", and were opened with " + total + "\n  " + read.text()));
        }
        Set<String> missing = names(opened);
        missing.removeAll(names(read.answered()));
        Set<String> strange = names(read.answered());
        strange.removeAll(names(opened));
        strange.remove(TRANSIT);
        if (!missing.isEmpty() || !strange.isEmpty()) {
            findings.add(new Finding(
                    "wrong accounts", "missing " + missing + ", never opened " + strange + "\n  " + read.text()));
        }
        for (JsonNode balance : read.answered()) {
            if (balance.asLong() < 0) {
                findings.add(new Finding("negative balance", balance + "\n  " + read.text()));
            }
        }
    }

    private static long sum(JsonNode accounts) {
        long sum = 0;
        for (JsonNode each : accounts) {
            sum += each.asLong();
        }
        return sum;
    }

    private static Set<String> names(JsonNode accounts) {
        Set<String> names = new TreeSet<>();
        accounts.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
