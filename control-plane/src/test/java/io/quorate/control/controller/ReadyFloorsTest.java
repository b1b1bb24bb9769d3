package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.DEPLOYMENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.StoredObject;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods are moved from a node gently: as many at once as their deployment's roll-outs take away. */
class ReadyFloorsTest {
    private final World world = new World(new Deployments(), new ReplicaSets());

    private int code(StoredObject pod) {
        return world.ask(new ObjectCommand.Evict(
                        pod.key(),
                        new DeleteOptions(
                                Optional.empty(),
                                pod.uid(),
                                "",
                                Optional.empty(),
                                ReadyFloors.ofMoved(pod, world.state())),
                        world.request()))
                .code();
    }

    private long moved() {
        return world.activePods().stream().filter(pod -> code(pod) == 201).count();
    }

    @ParameterizedTest
    @CsvSource({"10,2", "3,1", "1,1"})
    void as_many_go_at_once_as_may_be_missing_and_one_always_and_more_when_others_serve(int replicas, int atOnce) {
        world.create(DEPLOYMENT, World.workload("Deployment", "web", "nginx:1", "'replicas':" + replicas + ","));
        world.runAll();
        assertThat(moved()).isEqualTo(atOnce);
        assertThat(moved()).isZero();
        world.settle();
        world.runAll();
        assertThat(moved()).isEqualTo(atOnce);
    }

    @Test
    void what_does_not_serve_goes_at_once() {
        world.create(DEPLOYMENT, World.workload("Deployment", "web", "nginx:1", "'replicas':4,"));
        assertThat(moved()).isEqualTo(4);
    }
}
