package io.quorate.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.history.Call;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction of appends to lists and reads of lists.
 *
 * @param number in the order of the invocations
 */
record Transaction(int number, Call call, List<Step> steps) {
    /** An append or a read. */
    sealed interface Step {
        String key();
    }

    record Append(String key, JsonNode element) implements Step {}

    /** Reads whose answer is not known are no steps. */
    record Read(String key, List<JsonNode> list) implements Step {}

    static List<Transaction> of(List<Call> calls) {
        List<Transaction> transactions = new ArrayList<>();
        for (Call call : calls) {
            if (!call.function().equals("txn")) {
                throw new IllegalArgumentException("a list-append history knows txn, not '" + call.function() + "'");
            }
            List<Step> steps = new ArrayList<>();
            for (JsonNode step : call.answered()) {
                String key = step.path(1).asText();
                switch (step.path(0).asText()) {
                    case "append" -> steps.add(new Append(key, step.path(2)));
                    case "r" -> {
                        if (call.isOk()) {
                            List<JsonNode> list = new ArrayList<>();
                            step.path(2).forEach(list::add);
                            steps.add(new Read(key, List.copyOf(list)));
                        }
                    }
                    default ->
                        throw new IllegalArgumentException(
                                "a step of a txn is [\"append\",key,value] or [\"r\",key,list], not " + step);
                }
            }
            transactions.add(new Transaction(transactions.size(), call, List.copyOf(steps)));
        }
        return transactions;
    }

    String name() {
        return "T" + number;
    }

    List<Read> reads() {
        return steps.stream()
                .filter(Read.class::isInstance)
                .map(Read.class::cast)
                .toList();
    }

    List<Append> appends() {
        return steps.stream()
                .filter(Append.class::isInstance)
                .map(Append.class::cast)
                .toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Transaction transaction && transaction.number == number;
    }

    @Override
    public int hashCode() {
        return number;
    }

    String text() {
        return name() + "  " + call.text();
    }
}
