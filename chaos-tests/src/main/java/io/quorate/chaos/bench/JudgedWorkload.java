package io.quorate.chaos.bench;

import io.quorate.chaos.check.Checker;
import io.quorate.chaos.check.Verdict;
import io.quorate.chaos.history.HistoryReader;
import io.quorate.chaos.workload.AppendWorkload;
import io.quorate.chaos.workload.BankWorkload;
import io.quorate.chaos.workload.RegisterWorkload;
import io.quorate.chaos.workload.SetWorkload;
import io.quorate.chaos.workload.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Function;

/** A workload, and who judges its histories. */
public enum JudgedWorkload {
    REGISTER(RegisterWorkload::new, Checker.REGISTER),
    APPEND(AppendWorkload::new, Checker.APPEND),
    SET(SetWorkload::new, Checker.SET),
    BANK(BankWorkload::new, Checker.BANK);

    private static final int OK = 0;
    private static final int VIOLATION = 1;

    /** As of `quorate`, where 2 is a wrong command line. */
    private static final int UNKNOWN = 4;

    private final Function<String, Workload> start;
    private final Checker checker;

    JudgedWorkload(Function<String, Workload> start, Checker checker) {
        this.start = start;
        this.checker = checker;
    }

    /** @param prefix of its keys; not used before in this cluster */
    public Workload start(String prefix) {
        return start.apply(prefix);
    }

    public Verdict judge(Path history) throws IOException {
        return checker.judge(HistoryReader.calls(history));
    }

    /**
     * Judges a history, and prints the verdict.
     *
     * @return the exit code
     */
    int judge(Path history, PrintWriter out) throws IOException {
        Verdict verdict = judge(history);
        out.println(verdict.text());
        return switch (verdict.result()) {
            case OK -> OK;
            case VIOLATION -> VIOLATION;
            case UNKNOWN -> UNKNOWN;
        };
    }
}
