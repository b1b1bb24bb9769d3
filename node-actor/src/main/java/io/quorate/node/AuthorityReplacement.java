package io.quorate.node;

import io.quorate.node.contract.Asked;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.membership.MembershipState;
import io.quorate.node.trust.Authority;
import io.quorate.node.trust.Credentials;
import io.quorate.node.trust.NodeTrust;
import io.quorate.persistence.tls.Pem;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a new authority in the place of the cluster's present one, while everything runs. Three rounds, and every node has done one before
 * the next begins: all trust the new one too; all are issued by it; all forget the others. Cut off at any point, all still trust each other,
 * and a second run goes to the end. Any thread.
 */
final class AuthorityReplacement {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorityReplacement.class);

    /** How long all of it may take. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Authorities that may be trusted at once: the present one and those of runs that were cut off. */
    private static final int MAX_AUTHORITIES = 8;

    private final NodeParts parts;
    private final NodeTrust trust;
    private final AtomicBoolean running = new AtomicBoolean();

    AuthorityReplacement(NodeParts parts, NodeTrust trust) {
        this.parts = parts;
        this.trust = trust;
    }

    /**
     * On the leader. The answer is Done, or Refused with what to do before the next run.
     *
     * @param by who asked
     */
    CompletionStage<MembershipMessage> run(String reason, String by) {
        if (!running.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(new MembershipMessage.Refused(
                    "under-way", "the authority is being replaced already; `quorate history` shows it"));
        }
        Authority next = Authority.found(parts.identity().clusterId(), Instant.now(), new SecureRandom());
        String certificate = Pem.ofCertificates(List.of(next.certificate()));
        String fingerprint = Authority.fingerprint(next.certificate());
        return round(new AuthorityStep(AuthorityStep.Kind.TRUST, certificate, Pem.ofKeys(List.of(next.key()))))
                .thenCompose(done -> round(new AuthorityStep(AuthorityStep.Kind.ISSUE, certificate, "")))
                .thenCompose(done -> round(new AuthorityStep(AuthorityStep.Kind.ONLY, certificate, "")))
                .thenCompose(done -> parts.membershipCommand(
                        new Asked(new MembershipMessage.ReportAuthority(fingerprint, reason), by), true))
                .exceptionally(failure -> new MembershipMessage.Refused("cut-off", words(failure)))
                .whenComplete((answer, failure) -> running.set(false));
    }

    private static String words(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return "the authority was not replaced: " + cause.getMessage()
                + ". Start that node, or remove it, and run the same command again; until then the old one is good as well";
    }

    private CompletionStage<Void> round(AuthorityStep step) {
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (MembershipState.Node node : parts.membership().nodes().values()) {
            boolean here = node.member().equals(parts.identity().member());
            CompletionStage<?> answer =
                    here ? CompletableFuture.runAsync(() -> take(step)) : parts.tellOfAuthority(node.member(), step);
            answers.add(answer.toCompletableFuture().handle((done, failure) -> {
                if (failure != null) {
                    throw new IllegalStateException(
                            node.member().node() + " did not answer (" + failure.getMessage() + ")", failure);
                }
                return done;
            }));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
    }

    /** On every node; may block. Doing it twice changes nothing. */
    void take(AuthorityStep step) {
        X509Certificate authority = Pem.certificates(step.authority()).getFirst();
        Credentials now = trust.credentials();
        List<X509Certificate> others = now.authorities().stream()
                .filter(each -> !each.equals(authority))
                .toList();
        switch (step.kind()) {
            case TRUST -> {
                if (others.size() >= MAX_AUTHORITIES) {
                    throw new IllegalStateException("too many replacements were cut off here");
                }
                trust.trust(append(others, authority), Pem.keys(step.key()));
            }
            case ISSUE -> {
                trust.trust(Stream.concat(Stream.of(authority), others.stream()).toList(), List.of());
                renewed();
            }
            case ONLY -> {
                trust.trust(List.of(authority), List.of());
                renewed();
            }
        }
        LOG.info("replacement of the authority, {}: {}", step.kind(), Authority.fingerprint(authority));
    }

    private void renewed() {
        if (!trust.credentials().isFromCurrentAuthority()) {
            trust.renew();
        }
    }

    private static List<X509Certificate> append(List<X509Certificate> others, X509Certificate last) {
        return Stream.concat(others.stream(), Stream.of(last)).toList();
    }
}
