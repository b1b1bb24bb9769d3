package io.quorate.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class AccountTest {
    private static final long MOST = 140;

    /** A transfer, and how far it has come. */
    private static final class Transfer {
        private final String number;
        private final int from;
        private final int to;
        private final long amount;
        private int step;
        private boolean given;

        private Transfer(int number, Random random, int accounts) {
            this.number = String.valueOf(number);
            this.from = random.nextInt(accounts);
            this.to = (from + 1) % accounts;
            this.amount = 1L + random.nextInt(60);
        }

        private void next(List<Account> accounts) {
            switch (step++) {
                case 0 ->
                    accounts.get(from)
                            .take(number, amount)
                            .ifPresentOrElse(taken -> accounts.set(from, taken), () -> step = 9);
                case 1 -> {
                    accounts.set(to, accounts.get(to).give(number, amount, MOST));
                    given = accounts.get(to).in().containsKey(number);
                }
                case 2 ->
                    accounts.set(
                            from,
                            given
                                    ? accounts.get(from).forgetTaken(number)
                                    : accounts.get(from).giveBack(number));
                case 3 -> accounts.set(to, accounts.get(to).forgetGiven(number));
                default -> {}
            }
        }

        /** As one that does not know whether the last step was done. */
        private void stepBack() {
            if (step > 1 && step < 4) {
                step--;
            }
        }
    }

    @Property(tries = 300)
    void balances_and_transit_are_the_same_after_every_step_of_any_transfers_in_any_order(@ForAll long seed) {
        Random random = new Random(seed);
        List<Account> accounts = new ArrayList<>(List.of(Account.of(100), Account.of(100), Account.of(100)));
        List<Transfer> transfers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            if (random.nextInt(3) == 0) {
                transfers.add(new Transfer(i, random, accounts.size()));
            }
            if (!transfers.isEmpty()) {
                Transfer chosen = transfers.get(random.nextInt(transfers.size()));
                chosen.next(accounts);
                if (random.nextInt(5) == 0) {
                    chosen.stepBack();
                }
            }
            assertThat(accounts.stream().mapToLong(Account::balance).sum() + Account.transit(accounts))
                    .isEqualTo(300);
            assertThat(accounts).allMatch(account -> account.balance() >= 0);
        }
    }

    @Test
    void a_step_that_is_done_is_not_done_again() {
        Account given = Account.of(100).give("7", 5, MOST);
        assertThat(given.give("7", 5, MOST)).isSameAs(given);
        Account back = Account.of(100).take("7", 5).orElseThrow().giveBack("7");
        assertThat(back).isEqualTo(Account.of(100));
        assertThat(back.giveBack("7")).isSameAs(back);
    }

    @Test
    void what_it_does_not_have_is_not_taken_and_what_is_too_much_is_not_given() {
        assertThat(Account.of(4).take("7", 5)).isEmpty();
        Account full = Account.of(MOST);
        assertThat(full.give("7", 1, MOST)).isSameAs(full);
    }

    @Test
    void what_is_stored_is_read_again() {
        Account account = Account.of(100).take("7", 5).orElseThrow().give("8", 3, MOST);
        assertThat(Account.of(account.json())).isEqualTo(account);
        assertThat(account.json()).hasToString("{\"balance\":98,\"out\":{\"7\":5},\"in\":{\"8\":3}}");
    }
}
