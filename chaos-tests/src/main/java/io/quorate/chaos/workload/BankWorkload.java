package io.quorate.chaos.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Transfers between accounts, each account a key. The API changes one key at a time, so a transfer is a saga (Garcia-Molina and Salem, 1987):
 * it records its intent, takes the amount from one account, gives it to the other, and tidies up. Where the other account refuses, because
 * it would hold too much, what was taken is given back: the compensation.
 *
 * <p>Each step is a compare-and-set of one account that changes its balance and leaves a mark with the transfer's number in the same write,
 * so that whoever goes on with a transfer sees which steps are done:
 *
 * <pre>
 * {"balance":95,"out":{"17":5},"in":{}}      what transfer 17 has taken, and what others have given, and is not tidied up yet
 * </pre>
 *
 * <p>A client goes on with its transfer until a step's outcome is unknown, and then leaves it as it is. What was taken and not yet given is
 * in <b>transit</b>: a read finds the accounts at one moment ({@link KeyValueClient#readTogether}) and says how much that is, by the marks;
 * balances and transit together are what the accounts were opened with, at every moment. Balances alone are so only when nothing is under
 * way. The last operation first settles what was left: it writes every account anew, so that a step which is still on its way finds another
 * revision and is refused, and then gives or gives back what is in transit.
 */
public final class BankWorkload implements Workload {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int ACCOUNTS = 5;
    private static final long OPENED_WITH = 100;
    private static final long MOST_IN_ONE = 140;
    private static final int MOST_AT_ONCE = 25;
    private static final String TRANSIT = "transit";

    private final String prefix;
    private final List<String> accounts;
    private final AtomicLong transfers = new AtomicLong();

    /** What is recorded before a transfer's first step. */
    private record Intent(String number, String from, String to, long amount) {
        JsonNode json() {
            return JSON.objectNode().put("from", from).put("to", to).put("amount", amount);
        }
    }

    /** @param prefix of its keys; not used before in this cluster */
    public BankWorkload(String prefix) {
        this.prefix = prefix + "bank-";
        this.accounts = IntStream.range(0, ACCOUNTS)
                .mapToObj(number -> this.prefix + "account-" + number)
                .toList();
    }

    @Override
    public List<Operation> first() {
        ObjectNode opened = JSON.objectNode();
        accounts.forEach(account -> opened.put(account, OPENED_WITH));
        return List.of(new Operation("open", "", opened, client -> {
            try {
                for (String account : accounts) {
                    // One that is there was opened by a try whose outcome was not known.
                    client.write(account, Account.of(OPENED_WITH).json(), KeyValueClient.ABSENT);
                }
            } catch (NotDone e) {
                throw new OutcomeUnknown("some may be open: " + e.getMessage());
            }
            return opened;
        }));
    }

    @Override
    public Operation next(RandomGenerator random) {
        if (random.nextInt(3) == 0) {
            return new Operation("read", "", JSON.nullNode(), this::read);
        }
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        Intent intent = new Intent(
                String.valueOf(transfers.getAndIncrement()),
                accounts.get(from),
                accounts.get(to),
                1L + random.nextInt(MOST_AT_ONCE));
        return new Operation("transfer", "", intent.json(), client -> {
            transfer(intent, client);
            return intent.json();
        });
    }

    private String key(String transfer) {
        return prefix + "intent-" + transfer;
    }

    private void transfer(Intent intent, KeyValueClient client) throws NotDone, OutcomeUnknown {
        client.write(key(intent.number), intent.json(), KeyValueClient.ABSENT);
        client.change(
                intent.from,
                account -> Account.of(account)
                        .take(intent.number, intent.amount)
                        .orElseThrow(() -> new NotDone("the account has less"))
                        .json());
        boolean given;
        try {
            given = giveOrGiveBack(intent, client);
        } catch (NotDone e) {
            throw new OutcomeUnknown("taken, and not given yet: " + e.getMessage());
        }
        if (!given) {
            throw new NotDone("given back: the other account would have too much");
        }
        try {
            tidyUp(intent, client);
        } catch (NotDone | OutcomeUnknown e) {
            // the money is where it is to be; the marks are in nobody's way, and the settlement takes them
        }
    }

    /** @return whether it was given; it may be given already */
    private static boolean giveOrGiveBack(Intent intent, KeyValueClient client) throws NotDone, OutcomeUnknown {
        Account other = change(intent.to, account -> account.give(intent.number, intent.amount, MOST_IN_ONE), client);
        if (other.in().containsKey(intent.number)) {
            return true;
        }
        change(intent.from, account -> account.giveBack(intent.number), client);
        return false;
    }

    private static void tidyUp(Intent intent, KeyValueClient client) throws NotDone, OutcomeUnknown {
        change(intent.from, account -> account.forgetTaken(intent.number), client);
        change(intent.to, account -> account.forgetGiven(intent.number), client);
    }

    /** One that the step leaves as it is is not written. */
    private static Account change(String key, UnaryOperator<Account> step, KeyValueClient client)
            throws NotDone, OutcomeUnknown {
        return Account.of(client.change(key, before -> {
                    Account account = Account.of(before);
                    Account after = step.apply(account);
                    return after.equals(account) ? before : after.json();
                })
                .after());
    }

    /** Balances at one moment, and what was in transit then. */
    private JsonNode read(KeyValueClient client) throws NotDone {
        List<JsonNode> all = client.readTogether(accounts);
        ObjectNode read = JSON.objectNode();
        for (int i = 0; i < all.size(); i++) {
            // One that is not there is left out, for the checker to find.
            if (!all.get(i).isNull()) {
                read.put(accounts.get(i), Account.of(all.get(i)).balance());
            }
        }
        return read.put(TRANSIT, Account.transit(all.stream().map(Account::of).toList()));
    }

    /** For when no client asks any more. */
    private void settle(KeyValueClient client) throws NotDone, OutcomeUnknown {
        Set<String> taken = new TreeSet<>();
        for (String account : accounts) {
            JsonNode fenced = client.change(account, JsonNode::deepCopy).after();
            taken.addAll(Account.of(fenced).out().keySet());
        }
        for (String number : taken) {
            JsonNode intent = client.read(key(number)).value();
            Intent open = new Intent(
                    number,
                    intent.path("from").asText(),
                    intent.path("to").asText(),
                    intent.path("amount").asLong());
            if (giveOrGiveBack(open, client)) {
                tidyUp(open, client);
            }
        }
        for (String account : accounts) {
            change(account, left -> new Account(left.balance(), left.out(), Map.of()), client);
        }
    }

    @Override
    public List<Operation> last() {
        return List.of(new Operation("read", "", JSON.nullNode(), client -> {
            settle(client);
            return read(client);
        }));
    }
}
