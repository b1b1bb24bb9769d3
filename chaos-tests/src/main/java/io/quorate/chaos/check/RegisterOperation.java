package io.quorate.chaos.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.chaos.history.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A call of a register, with its values as small numbers.
 *
 * @param from what a read returned, or a compare-and-set expects
 * @param to what is there afterwards
 * @param completed {@link Call#NEVER} where it need not have happened
 */
record RegisterOperation(Kind kind, int from, int to, long invoked, long completed, Call call) {
    enum Kind {
        READ,
        WRITE,
        CAS
    }

    /** The state of a key that is not there. */
    static final int ABSENT = 0;

    /** A state of which nothing is known. */
    static final int ANY = -1;

    /** No state: the operation cannot happen there. */
    static final int REFUSED = -2;

    /**
     * Of one key. Those that were certainly not done are left out, and so are reads without an answer: neither restricts anything.
     *
     * @param numbers of values; grows
     */
    static List<RegisterOperation> of(List<Call> calls, Map<JsonNode, Integer> numbers) {
        List<RegisterOperation> operations = new ArrayList<>();
        for (Call call : calls) {
            Kind kind = switch (call.function()) {
                case "read" -> Kind.READ;
                case "write" -> Kind.WRITE;
                case "cas" -> Kind.CAS;
                default ->
                    throw new IllegalArgumentException(
                            "a register knows read, write and cas, not '" + call.function() + "'");
            };
            if (call.outcome() == Call.Outcome.FAIL || (kind == Kind.READ && !call.isOk())) {
                continue;
            }
            JsonNode value = call.answered();
            if (kind == Kind.CAS && value.size() != 2) {
                throw new IllegalArgumentException("a cas wants [old, new], has " + value);
            }
            int first = number(kind == Kind.CAS ? value.get(0) : value, numbers);
            int last = kind == Kind.CAS ? number(value.get(1), numbers) : first;
            operations.add(new RegisterOperation(kind, first, last, call.invoked(), call.completed(), call));
        }
        return operations;
    }

    private static int number(JsonNode value, Map<JsonNode, Integer> numbers) {
        if (value.isNull()) {
            return ABSENT;
        }
        return numbers.computeIfAbsent(value, each -> numbers.size() + 1);
    }

    boolean mustHappen() {
        return completed != Call.NEVER;
    }

    /** The state after it, or {@link #REFUSED}. */
    int apply(int state) {
        return switch (kind) {
            case WRITE -> to;
            case READ, CAS -> state == from || state == ANY ? to : REFUSED;
        };
    }

    /** The same, but it need not happen. */
    RegisterOperation optional() {
        return new RegisterOperation(kind, from, to, invoked, Call.NEVER, call);
    }
}
