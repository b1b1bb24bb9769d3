package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.JOB;
import static io.quorate.control.resource.ResourceTypes.POD;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobsTest {
    private final World world = new World(new Jobs());

    private static String job(String more) {
        return """
                {'metadata':{'name':'sum'},'spec':{%s'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'i'}]}}}}
                """.formatted(more);
    }

    private String status(String field) {
        return world.at(JOB, "sum", "status." + field);
    }

    private void succeedAll() {
        world.activePods().forEach(pod -> world.fail(pod, "Succeeded"));
        world.settle();
    }

    @Test
    void it_is_complete_when_one_pod_has_succeeded() {
        world.create(JOB, job(""));
        assertThat(world.pods()).hasSize(1);
        assertThat(world.pods().getFirst().labels()).containsEntry("job-name", "sum");
        assertThat(status("active")).isEqualTo("1");
        assertThat(status("startTime")).isNotEmpty();
        world.runAll();
        assertThat(status("ready")).isEqualTo("1");
        succeedAll();
        assertThat(world.condition(JOB, "sum", "Complete")).isEqualTo("True CompletionsReached");
        assertThat(status("succeeded")).isEqualTo("1");
        assertThat(status("active")).isEmpty();
        assertThat(status("completionTime")).isNotEmpty();
        assertThat(world.events("sum")).last().isEqualTo("Completed: Job completed");
        assertThat(world.pods()).as("its pod stays, with its logs").hasSize(1);
    }

    @Test
    void several_run_beside_each_other_until_enough_have_succeeded() {
        world.create(JOB, job("'completions':5,'parallelism':2,"));
        assertThat(world.activePods()).hasSize(2);
        succeedAll();
        assertThat(world.activePods()).hasSize(2);
        succeedAll();
        assertThat(world.activePods()).hasSize(1);
        succeedAll();
        assertThat(status("succeeded")).isEqualTo("5");
        assertThat(world.condition(JOB, "sum", "Complete")).startsWith("True");
    }

    @Test
    void one_that_fails_is_tried_again_after_a_while_until_the_limit() {
        world.create(JOB, job("'backoffLimit':1,"));
        world.fail(world.activePods().getFirst(), "Failed");
        world.settle();
        assertThat(world.activePods()).isEmpty();
        world.pass(10);
        assertThat(world.activePods()).hasSize(1);
        world.fail(world.activePods().getFirst(), "Failed");
        world.settle();
        assertThat(world.condition(JOB, "sum", "Failed")).isEqualTo("True BackoffLimitExceeded");
        assertThat(world.events("sum")).contains("BackoffLimitExceeded: Job has reached the specified backoff limit");
        world.pass(1000);
        assertThat(world.activePods()).isEmpty();
    }

    @Test
    void one_whose_containers_were_started_again_too_often_stays_failed_though_its_plan_is_cut_off() {
        world.create(JOB, job("'backoffLimit':2,").replace("Never", "OnFailure"));
        world.runAll();
        world.ask(new ObjectCommand.Patch(
                world.activePods().getFirst().key(),
                "status",
                PatchKind.MERGE,
                World.bytes("{'status':{'containerStatuses':[{'name':'c','restartCount':2}]}}"),
                false,
                world.request()));
        Plan plan = new Jobs().reconcile(World.key(JOB, "sum"), world.state(), world.now(), world::request);
        world.ask(plan.commands().getFirst()); // then its leader is gone
        world.settle();
        assertThat(world.condition(JOB, "sum", "Failed")).isEqualTo("True BackoffLimitExceeded");
        assertThat(world.activePods()).isEmpty();
        assertThat(status("active")).isEmpty();
    }

    @Test
    void one_that_takes_too_long_fails_and_its_pods_end() {
        world.create(JOB, job("'activeDeadlineSeconds':30,"));
        world.pass(29);
        assertThat(world.activePods()).hasSize(1);
        world.pass(1);
        assertThat(world.condition(JOB, "sum", "Failed")).isEqualTo("True DeadlineExceeded");
        assertThat(world.activePods()).isEmpty();
    }

    @Test
    void one_that_is_over_goes_after_its_time() {
        world.create(JOB, job("'ttlSecondsAfterFinished':100,"));
        succeedAll();
        world.pass(99);
        assertThat(world.has(JOB, "sum")).isTrue();
        world.pass(1);
        assertThat(world.has(JOB, "sum")).isFalse();
    }

    @Test
    void one_that_is_suspended_has_no_pods_until_it_is_resumed() {
        world.create(JOB, job("'suspend':true,"));
        assertThat(world.pods()).isEmpty();
        assertThat(world.condition(JOB, "sum", "Suspended")).isEqualTo("True JobSuspended");
        world.change(JOB, "sum", "{'spec':{'suspend':false}}");
        assertThat(world.pods()).hasSize(1);
        assertThat(world.condition(JOB, "sum", "Suspended")).isEqualTo("False JobResumed");
    }

    @Test
    void a_pod_that_somebody_deletes_is_made_anew() {
        world.create(JOB, job(""));
        world.delete(POD, world.pods().getFirst().key().name());
        assertThat(world.activePods()).hasSize(1);
    }

    @Test
    void with_numbers_each_of_them_has_to_succeed_once() {
        world.create(JOB, job("'completions':4,'parallelism':2,'completionMode':'Indexed',"));
        assertThat(indexes()).containsExactlyInAnyOrder("0", "1");
        StoredObject one = world.activePods().getFirst();
        assertThat(one.key().name()).matches("sum-[01]-[a-z0-9]{5}");
        assertThat(Json.at(one.tree(), "spec.hostname").asText()).matches("sum-[01]");
        JsonNode variable = one.tree().at("/spec/containers/0/env/0");
        assertThat(variable.path("name").asText()).isEqualTo("JOB_COMPLETION_INDEX");
        assertThat(variable.toString()).contains("metadata.labels['batch.kubernetes.io/job-completion-index']");
        succeed("1");
        assertThat(indexes()).containsExactlyInAnyOrder("0", "2");
        assertThat(status("completedIndexes")).isEqualTo("1");
        succeed("2");
        succeed("3");
        assertThat(indexes()).containsExactly("0");
        assertThat(status("completedIndexes")).isEqualTo("1-3");
        world.fail(world.activePods().getFirst(), "Failed");
        world.settle();
        world.pass(10);
        assertThat(indexes()).as("again, with the same number").containsExactly("0");
        succeed("0");
        assertThat(status("completedIndexes")).isEqualTo("0-3");
        assertThat(world.condition(JOB, "sum", "Complete")).startsWith("True");
    }

    private List<String> indexes() {
        return world.activePods().stream()
                .map(each -> each.labels().get("batch.kubernetes.io/job-completion-index"))
                .toList();
    }

    private void succeed(String index) {
        world.activePods().stream()
                .filter(each -> index.equals(each.labels().get("batch.kubernetes.io/job-completion-index")))
                .forEach(pod -> world.fail(pod, "Succeeded"));
        world.settle();
    }
}
