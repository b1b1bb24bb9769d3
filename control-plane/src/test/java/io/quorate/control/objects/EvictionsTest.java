package io.quorate.control.objects;

import static io.quorate.control.resource.ResourceTypes.POD;
import static io.quorate.control.resource.ResourceTypes.POD_DISRUPTION_BUDGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.ObjectBook.Answer;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods are evicted as far as their disruption budget allows it at that moment. */
class EvictionsTest {
    private final ObjectBook book = ObjectBook.founded();

    private Answer evict(String pod) {
        return evict(pod, book.request());
    }

    private Answer evict(String pod, Request request) {
        return book.ask(new ObjectCommand.Evict(ObjectBook.key(POD, pod), DeleteOptions.DEFAULT, request));
    }

    private void running(String name, String ready) {
        book.create(POD, ObjectBook.pod(name, "k8s-1"));
        state(name, ready);
    }

    private void state(String name, String ready) {
        book.patch(
                POD,
                name,
                "status",
                PatchKind.STRATEGIC,
                "{'status':{'phase':'Running','conditions':[{'type':'Ready','status':'%s'}]}}".formatted(ready));
    }

    private void owned(String name, String owner, String uid) {
        book.create(
                POD,
                ObjectBook.pod(name, "k8s-1")
                        .replace(
                                "'labels'",
                                "'ownerReferences':[{'apiVersion':'apps/v1','kind':'ReplicaSet','name':'" + owner
                                        + "','uid':'" + uid + "','controller':true}],'labels'"));
        state(name, "True");
    }

    private void budget(String spec) {
        assertThat(book.create(
                                POD_DISRUPTION_BUDGET,
                                "{'metadata':{'name':'web'},'spec':{'selector':{'matchLabels':{'app':'web'}}," + spec
                                        + "}}")
                        .code())
                .isEqualTo(201);
    }

    private boolean isEnding(String pod) {
        return book.get(POD, pod).path("metadata").has("deletionTimestamp");
    }

    @Test
    void without_a_budget_an_eviction_is_a_deletion_that_says_why() {
        running("a", "True");
        Answer evicted = evict("a");
        assertThat(evicted.code()).isEqualTo(201);
        assertThat(evicted.body().toString())
                .isEqualTo(
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\",\"code\":201}");
        assertThat(isEnding("a")).isTrue();
        assertThat(Json.at(book.get(POD, "a"), "status.conditions")
                        .get(1)
                        .path("reason")
                        .asText())
                .isEqualTo("EvictionByEvictionAPI");
        assertThat(evict("nobody").code()).isEqualTo(404);
    }

    @Test
    void two_at_once_do_not_both_pass_where_one_is_allowed() {
        running("a", "True");
        running("b", "True");
        running("c", "True");
        budget("'minAvailable':2");
        assertThat(evict("a").code()).isEqualTo(201);
        assertThat(Json.at(book.get(POD_DISRUPTION_BUDGET, "web"), "status.disruptionsAllowed")
                        .asInt())
                .isZero();
        Answer second = evict("b");
        assertThat(second.code()).isEqualTo(429);
        assertThat(second.reason()).isEqualTo("TooManyRequests");
        assertThat(second.message()).isEqualTo("Cannot evict pod as it would violate the pod's disruption budget.");
        assertThat(Json.at(second.body(), "details.causes")
                        .get(0)
                        .path("reason")
                        .asText())
                .isEqualTo("DisruptionBudget");
        assertThat(Json.at(second.body(), "details.causes")
                        .get(0)
                        .path("message")
                        .asText())
                .isEqualTo("The disruption budget web needs 2 healthy pods and has 2 currently");
        assertThat(isEnding("b")).isFalse();
    }

    @Test
    void another_one_that_is_ready_makes_room() {
        running("a", "True");
        running("b", "True");
        budget("'minAvailable':2");
        assertThat(evict("a").code()).isEqualTo(429);
        running("c", "True");
        assertThat(evict("a").code()).isEqualTo(201);
    }

    @Test
    void what_does_not_run_is_evicted_whatever_the_budget_says() {
        book.create(POD, ObjectBook.pod("pending", ""));
        running("a", "True");
        budget("'minAvailable':2");
        assertThat(evict("pending").code()).isEqualTo(201);
        assertThat(book.has(POD, "pending")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"IfHealthyBudget, 429", "AlwaysAllow, 201"})
    void one_that_is_not_healthy_goes_where_the_budget_says_so(String policy, int code) {
        running("a", "True");
        running("sick", "False");
        budget("'minAvailable':2,'unhealthyPodEvictionPolicy':'" + policy + "'");
        assertThat(evict("sick").code()).isEqualTo(code);
    }

    @Test
    void one_that_is_not_healthy_goes_where_enough_others_are() {
        running("a", "True");
        running("b", "True");
        running("sick", "False");
        budget("'minAvailable':2");
        assertThat(evict("sick").code()).isEqualTo(201);
        assertThat(evict("a").code()).isEqualTo(429);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "'maxUnavailable':1, 1",
                "'maxUnavailable':'34%', 2",
                "'minAvailable':'50%', 2",
                "'maxUnavailable':0, 0"
            })
    void shares_are_of_what_the_owner_wants(String spec, int allowed) {
        book.create(
                ResourceTypes.REPLICA_SET,
                ObjectBook.deployment("rs")
                        .replace("Deployment", "ReplicaSet")
                        .replace(",'strategy':{}", "")
                        .replace("'replicas':1", "'replicas':4"));
        String uid = book.state()
                .get(ObjectBook.key(ResourceTypes.REPLICA_SET, "rs"))
                .orElseThrow()
                .uid();
        for (int i = 0; i < 4; i++) {
            owned("p" + i, "rs", uid);
        }
        budget(spec);
        int passed = 0;
        for (int i = 0; i < 4; i++) {
            passed += evict("p" + i).code() == 201 ? 1 : 0;
        }
        assertThat(passed).isEqualTo(allowed);
    }

    @Test
    void a_pod_of_two_budgets_is_not_evicted() {
        running("a", "True");
        budget("'minAvailable':0");
        book.create(
                POD_DISRUPTION_BUDGET,
                "{'metadata':{'name':'other'},'spec':{'minAvailable':0,'selector':{'matchLabels':{'app':'web'}}}}");
        Answer answer = evict("a");
        assertThat(answer.code()).isEqualTo(500);
        assertThat(answer.message()).startsWith("This pod has more than one PodDisruptionBudget");
    }

    @Test
    void a_dry_run_evicts_nothing_and_spends_nothing() {
        running("a", "True");
        budget("'minAvailable':0");
        long version = book.state().version();
        assertThat(evict("a", book.request(true, Request.FieldValidation.WARN)).code())
                .isEqualTo(201);
        assertThat(book.state().version()).isEqualTo(version);
    }

    @Test
    void its_grace_is_the_one_that_is_asked_for() {
        running("a", "True");
        book.ask(new ObjectCommand.Evict(
                ObjectBook.key(POD, "a"), new DeleteOptions(Optional.of(0L), "", ""), book.request()));
        assertThat(book.has(POD, "a")).isFalse();
    }
}
