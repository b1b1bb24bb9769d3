package io.quorate.node;

import io.quorate.node.contract.SurvivorReport;
import io.quorate.node.recovery.Assessment.Answer;
import io.quorate.node.recovery.Assessment.Finding;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks every member what it has. A machine that refuses the connection says that no node runs there; from one that says nothing it cannot be
 * told whether it is dead or cut off, and that difference decides who is asked before a recovery.
 */
final class RecoverySurvey {
    private static final int CONNECT_MILLIS = 1_500;

    private final Executor prober;
    private final Function<String, CompletionStage<SurvivorReport>> ask;

    /**
     * @param prober runs what blocks for a second or two, for all members at once
     * @param ask asks the node at an address what it has
     */
    RecoverySurvey(Executor prober, Function<String, CompletionStage<SurvivorReport>> ask) {
        this.prober = prober;
        this.ask = ask;
    }

    /** A member to ask. */
    record Asked(MemberId member, String role, String address) {}

    /** Asks all of them; completes when each has answered, or has had its time. */
    CompletionStage<List<Finding>> of(List<Asked> members) {
        List<CompletableFuture<Finding>> findings = members.stream()
                .map(member -> answer(member.address())
                        .thenApply(answer -> new Finding(member.member(), member.role(), answer))
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(findings.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        done -> findings.stream().map(CompletableFuture::join).toList());
    }

    /** Asks at other addresses, too: whoever answers there as one of them was found. */
    CompletionStage<List<Finding>> elsewhere(List<Finding> findings, List<String> addresses) {
        List<CompletableFuture<Answer>> answers = addresses.stream()
                .map(address -> answer(address).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    List<Finding> now = new ArrayList<>(findings);
                    for (CompletableFuture<Answer> each : answers) {
                        if (each.join() instanceof Answer.Reported(var report)) {
                            MemberId found = MemberId.parse(report.member());
                            now.replaceAll(finding -> finding.member().node().equals(found.node())
                                    ? new Finding(found, finding.role(), each.join())
                                    : finding);
                        }
                    }
                    return now;
                });
    }

    private CompletionStage<Answer> answer(String address) {
        return CompletableFuture.supplyAsync(() -> probe(address), prober)
                .thenCompose(dead -> dead == null
                        ? ask.apply(address)
                                .<Answer>thenApply(Answer.Reported::new)
                                .exceptionally(failure ->
                                        new Answer.Silent("something listens at " + address + " and does not answer: "
                                                + JournalException.of(failure).getMessage()))
                        : CompletableFuture.completedFuture(dead));
    }

    /** Whether there is anything to ask; null where there is. */
    private static @Nullable Answer probe(String address) {
        int colon = address.lastIndexOf(':');
        InetSocketAddress target =
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        try (Socket socket = new Socket()) {
            socket.connect(target, CONNECT_MILLIS);
            return null;
        } catch (ConnectException e) {
            boolean refused = String.valueOf(e.getMessage()).contains("refused");
            return refused
                    ? new Answer.NotRunning("nothing listens at " + address + ": no node runs there")
                    : new Answer.Silent(address + " cannot be reached: " + e.getMessage());
        } catch (IOException e) {
            return new Answer.Silent(
                    address + " says nothing within " + CONNECT_MILLIS / 1000.0 + " s: dead, or cut off");
        }
    }
}
