package io.quorate.node.recovery;

import io.quorate.node.contract.SurvivorReport;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.recovery.Assessment.Answer;
import io.quorate.node.recovery.Assessment.Finding;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.journal.JournalException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Asks every member what it has. A machine that refuses the connection says that no node runs there; from one that says nothing it cannot be
 * told whether it is dead or cut off, and that difference decides who is asked before a recovery. The network is behind ports. Any thread.
 */
public final class RecoverySurvey {
    private final Function<String, CompletionStage<Optional<Answer>>> probe;
    private final Function<String, CompletionStage<SurvivorReport>> ask;

    /**
     * @param probe whether anything is at an address, {@code host:port}, that can be asked: empty where there is, else what can be said of it
     * @param ask asks the node at an address what it has
     */
    public RecoverySurvey(
            Function<String, CompletionStage<Optional<Answer>>> probe,
            Function<String, CompletionStage<SurvivorReport>> ask) {
        this.probe = probe;
        this.ask = ask;
    }

    /**
     * Asks all members that may have a copy; completes when each has answered, or has had its time.
     *
     * @param addressOf where a member is, as far as that is known
     */
    public CompletionStage<List<Finding>> of(MembershipState state, Function<MemberId, String> addressOf) {
        List<CompletableFuture<Finding>> findings = state.nodes().values().stream()
                .filter(node -> !node.isWorker())
                .map(node -> answer(addressOf.apply(node.member()))
                        .thenApply(answer -> new Finding(node.member(), node.listed(), answer))
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(findings.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        done -> findings.stream().map(CompletableFuture::join).toList());
    }

    /** Asks at other addresses, too: whoever answers there as one of them was found. */
    public CompletionStage<List<Finding>> elsewhere(List<Finding> findings, List<String> addresses) {
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
        return probe.apply(address)
                .thenCompose(dead -> dead.isPresent()
                        ? CompletableFuture.completedFuture(dead.get())
                        : ask.apply(address)
                                .<Answer>thenApply(Answer.Reported::new)
                                .exceptionally(failure ->
                                        new Answer.Silent("something listens at " + address + " and does not answer: "
                                                + JournalException.of(failure).getMessage())));
    }
}
