package io.quorate.chaos.check;

import io.quorate.chaos.history.Call;
import java.util.List;

/** Which history is judged how. */
public enum Checker {
    /** Read, write and compare-and-set of keys that are absent at first: linearizable. */
    REGISTER {
        @Override
        public Verdict judge(List<Call> calls) {
            return Linearizability.check(calls, Linearizability.Bounds.DEFAULT);
        }
    },
    /** Transactions of appends to, and reads of, lists: strictly serializable. */
    APPEND {
        @Override
        public Verdict judge(List<Call> calls) {
            return ListAppend.check(calls);
        }
    },
    /** Adds to a set that only grows. */
    SET {
        @Override
        public Verdict judge(List<Call> calls) {
            return SetCheck.check(calls);
        }
    },
    /** Transfers between accounts. */
    BANK {
        @Override
        public Verdict judge(List<Call> calls) {
            return BankCheck.check(calls);
        }
    };

    /** @throws IllegalArgumentException where the calls are not of this kind */
    public abstract Verdict judge(List<Call> calls);
}
