package io.quorate.chaos.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an account's key holds, and the steps of a transfer on it. Each step changes the balance and the marks at once, and where it is done
 * already it gives back the account itself.
 *
 * @param out by transfer, what it has taken; until it is tidied up
 * @param in by transfer, what it has given
 */
record Account(long balance, Map<String, Long> out, Map<String, Long> in) {
    Account {
        out = Map.copyOf(out);
        in = Map.copyOf(in);
    }

    static Account of(long balance) {
        return new Account(balance, Map.of(), Map.of());
    }

    static Account of(JsonNode json) {
        return new Account(json.path("balance").asLong(), marks(json.path("out")), marks(json.path("in")));
    }

    private static Map<String, Long> marks(JsonNode json) {
        return json.properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, mark -> mark.getValue().asLong()));
    }

    JsonNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("balance", balance);
        new TreeMap<>(out).forEach(json.putObject("out")::put);
        new TreeMap<>(in).forEach(json.putObject("in")::put);
        return json;
    }

    /** Nothing where it has less. */
    Optional<Account> take(String transfer, long amount) {
        return amount > balance
                ? Optional.empty()
                : Optional.of(new Account(balance - amount, with(out, transfer, amount), in));
    }

    /** The account itself where it would hold too much. */
    Account give(String transfer, long amount, long most) {
        return in.containsKey(transfer) || balance + amount > most
                ? this
                : new Account(balance + amount, out, with(in, transfer, amount));
    }

    /** Undoes what was taken. */
    Account giveBack(String transfer) {
        return out.containsKey(transfer) ? new Account(balance + out.get(transfer), without(out, transfer), in) : this;
    }

    /** Once it is given; before {@link #forgetGiven} of the other account, for without that mark the amount is in transit. */
    Account forgetTaken(String transfer) {
        return out.containsKey(transfer) ? new Account(balance, without(out, transfer), in) : this;
    }

    Account forgetGiven(String transfer) {
        return in.containsKey(transfer) ? new Account(balance, out, without(in, transfer)) : this;
    }

    /** What was taken from some of these accounts and not yet given to another; they are to be of one moment. */
    static long transit(Collection<Account> all) {
        Set<String> given =
                all.stream().flatMap(account -> account.in.keySet().stream()).collect(Collectors.toSet());
        return all.stream()
                .flatMap(account -> account.out.entrySet().stream())
                .filter(taken -> !given.contains(taken.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static Map<String, Long> with(Map<String, Long> marks, String transfer, long amount) {
        Map<String, Long> more = new TreeMap<>(marks);
        more.put(transfer, amount);
        return more;
    }

    private static Map<String, Long> without(Map<String, Long> marks, String transfer) {
        Map<String, Long> fewer = new TreeMap<>(marks);
        fewer.remove(transfer);
        return fewer;
    }
}
