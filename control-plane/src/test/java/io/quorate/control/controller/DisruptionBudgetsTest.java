package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.DEPLOYMENT;
import static io.quorate.control.resource.ResourceTypes.POD_DISRUPTION_BUDGET;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisruptionBudgetsTest {
    private final World world = new World(new Deployments(), new ReplicaSets(), new DisruptionBudgets());

    @BeforeEach
    void deployment() {
        world.create(DEPLOYMENT, World.workload("Deployment", "web", "nginx", "'replicas':7,"));
    }

    private void budget(String rule) {
        world.create(
                POD_DISRUPTION_BUDGET,
                "{'metadata':{'name':'web'},'spec':{" + rule + ",'selector':{'matchLabels':{'app':'web'}}}}");
    }

    private String status(String field) {
        return world.at(POD_DISRUPTION_BUDGET, "web", "status." + field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'minAvailable':2     | 2 | 5",
                "'minAvailable':'50%' | 4 | 3",
                "'maxUnavailable':1   | 6 | 1",
                "'maxUnavailable':'30%'| 4 | 3",
                "'minAvailable':9     | 9 | 0",
            })
    void it_tells_how_many_pods_have_to_stay_and_how_many_may_go(String rule, String desired, String allowed) {
        world.runAll();
        budget(rule);
        assertThat(status("expectedPods")).isEqualTo("7");
        assertThat(status("currentHealthy")).isEqualTo("7");
        assertThat(status("desiredHealthy")).isEqualTo(desired);
        assertThat(status("disruptionsAllowed")).isEqualTo(allowed);
        assertThat(status("observedGeneration")).isEqualTo("1");
        assertThat(world.condition(POD_DISRUPTION_BUDGET, "web", "DisruptionAllowed"))
                .isEqualTo(allowed.equals("0") ? "False InsufficientPods" : "True SufficientPods");
    }

    @Test
    void pods_that_are_not_ready_may_not_be_missed_as_well() {
        budget("'maxUnavailable':1");
        assertThat(status("disruptionsAllowed")).isEqualTo("0");
        world.runAll();
        assertThat(status("disruptionsAllowed")).isEqualTo("1");
        world.unready(world.pods().getFirst());
        world.settle();
        assertThat(status("disruptionsAllowed")).isEqualTo("0");
    }
}
