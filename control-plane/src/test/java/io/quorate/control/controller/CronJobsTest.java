package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.CRON_JOB;
import static io.quorate.control.resource.ResourceTypes.JOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The clock of the world stands at 22:30:00 of a day, and its jobs are those of every minute where nothing else is said. */
class CronJobsTest {
    private final World world = new World(new CronJobs(), new Jobs());

    private void cron(String more) {
        world.create(CRON_JOB, """
                {'metadata':{'name':'tick'},'spec':{'schedule':'* * * * *',%s'jobTemplate':{'metadata':{'labels':{'app':'tick'}},
                 'spec':{'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'i'}]}}}}}}
                """.formatted(more));
    }

    private List<String> jobs() {
        return world.all(JOB).stream().map(each -> each.key().name()).toList();
    }

    private String first() {
        return "tick-" + (world.now() / 60_000 + 1);
    }

    private void succeedAll() {
        world.activePods().forEach(pod -> world.fail(pod, "Succeeded"));
        world.settle();
    }

    private String status(String field) {
        return world.at(CRON_JOB, "tick", "status." + field);
    }

    @Test
    void a_job_is_made_when_its_time_has_come_and_its_name_says_which() {
        String name = first();
        cron("");
        assertThat(jobs()).isEmpty();
        world.pass(60);
        assertThat(jobs()).containsExactly(name);
        StoredObject job = world.stored(JOB, name);
        assertThat(job.labels()).containsEntry("app", "tick");
        assertThat(Json.at(job.tree(), "metadata.annotations")
                        .path("batch.kubernetes.io/cronjob-scheduled-timestamp")
                        .asText())
                .isEqualTo(status("lastScheduleTime"));
        assertThat(Json.at(world.get(CRON_JOB, "tick"), "status.active")).hasSize(1);
        assertThat(world.events("tick")).containsExactly("SuccessfulCreate: Created job " + name);
        succeedAll();
        assertThat(Json.at(world.get(CRON_JOB, "tick"), "status.active")).isEmpty();
        assertThat(status("lastSuccessfulTime")).isNotEmpty();
        assertThat(world.events("tick"))
                .last()
                .isEqualTo("SawCompletedJob: Saw completed job: " + name + ", condition: Complete");
    }

    @Test
    void of_times_that_were_missed_the_latest_is_made_up_for() {
        cron("");
        world.sleep(600);
        world.settle();
        assertThat(jobs()).containsExactly("tick-" + world.now() / 60_000);
    }

    @Test
    void more_than_a_hundred_that_were_missed_are_told() {
        cron("");
        world.sleep(3 * 24 * 3600);
        world.settle();
        assertThat(jobs()).hasSize(1);
        assertThat(world.events("tick")).anyMatch(each -> each.startsWith("TooManyMissedTimes"));
    }

    @Test
    void one_that_is_too_late_is_left_out() {
        cron("'startingDeadlineSeconds':10,");
        long begin = world.now() / 60_000 * 60_000;
        world.sleep((begin + 60_000 + 30_000 - world.now()) / 1000);
        world.settle();
        assertThat(jobs()).isEmpty();
        world.pass(35);
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void beside_each_other_only_where_that_is_allowed() {
        cron("");
        world.pass(60);
        world.pass(60);
        assertThat(jobs()).hasSize(2);
    }

    @Test
    void where_it_is_forbidden_the_next_waits_until_the_one_before_is_over() {
        cron("'concurrencyPolicy':'Forbid',");
        world.pass(60);
        String first = jobs().getFirst();
        world.pass(60);
        assertThat(jobs()).containsExactly(first);
        assertThat(world.events("tick")).anyMatch(each -> each.startsWith("JobAlreadyActive"));
        succeedAll();
        assertThat(jobs()).hasSize(2);
    }

    @Test
    void where_it_is_replaced_the_one_before_goes() {
        cron("'concurrencyPolicy':'Replace',");
        world.pass(60);
        String first = jobs().getFirst();
        world.pass(60);
        assertThat(jobs()).hasSize(1).doesNotContain(first);
        assertThat(world.events("tick")).contains("SuccessfulDelete: Deleted job " + first);
    }

    @Test
    void so_many_that_are_over_are_kept_as_it_says() {
        cron("'successfulJobsHistoryLimit':2,");
        for (int i = 0; i < 4; i++) {
            world.pass(60);
            succeedAll();
        }
        assertThat(jobs()).hasSize(2);
    }

    @Test
    void one_that_is_suspended_makes_none_and_goes_on_with_the_latest() {
        cron("'suspend':true,");
        world.pass(600);
        assertThat(jobs()).isEmpty();
        world.change(CRON_JOB, "tick", "{'spec':{'suspend':false}}");
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void whoever_leads_next_makes_no_job_twice() {
        cron("");
        world.pass(60);
        // As if the one before had not told that it made it.
        world.change(CRON_JOB, "tick", "{'metadata':{'labels':{'a':'b'}}}");
        world.pass(0);
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void times_are_those_of_its_zone() {
        world.create(CRON_JOB, """
                {'metadata':{'name':'late'},'spec':{'schedule':'0 8 * * *','timeZone':'Asia/Tokyo','jobTemplate':{
                 'spec':{'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'i'}]}}}}}}
                """);
        world.pass(24 * 3600);
        assertThat(Json.at(world.all(JOB).getFirst().tree(), "metadata.annotations")
                        .path("batch.kubernetes.io/cronjob-scheduled-timestamp")
                        .asText())
                .endsWith("T08:00:00+09:00");
    }
}
