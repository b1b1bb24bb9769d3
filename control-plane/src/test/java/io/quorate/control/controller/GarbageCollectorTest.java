package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.CONFIG_MAP;
import static io.quorate.control.resource.ResourceTypes.DEPLOYMENT;
import static io.quorate.control.resource.ResourceTypes.NAMESPACE;
import static io.quorate.control.resource.ResourceTypes.POD;
import static io.quorate.control.resource.ResourceTypes.REPLICA_SET;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.Propagation;
import io.quorate.control.objects.StoredObject;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GarbageCollectorTest {
    private final World world = World.whole();

    private void deployment() {
        world.create(DEPLOYMENT, World.workload("Deployment", "web", "nginx", "'replicas':2,"));
        world.runAll();
    }

    @Test
    void what_a_deployment_made_goes_after_it() {
        deployment();
        world.delete(DEPLOYMENT, "web");
        assertThat(world.all(REPLICA_SET)).isEmpty();
        assertThat(world.pods()).isEmpty();
    }

    @Test
    void in_the_foreground_it_goes_before_it() {
        deployment();
        StoredObject set = world.all(REPLICA_SET).getFirst();
        world.ask(new ObjectCommand.Delete(
                World.key(DEPLOYMENT, "web"),
                new DeleteOptions(Optional.empty(), "", "", Optional.of(Propagation.FOREGROUND)),
                world.request()));
        assertThat(world.stored(DEPLOYMENT, "web").finalizers()).containsExactly("foregroundDeletion");
        while (world.has(DEPLOYMENT, "web")) {
            boolean more = world.step();
            assertThat(more).isTrue();
            boolean all =
                    !world.pods().isEmpty() && !world.has(REPLICA_SET, set.key().name());
            assertThat(all).as("the set waits for its pods").isFalse();
        }
        assertThat(world.all(REPLICA_SET)).isEmpty();
        world.settle();
        assertThat(world.pods()).isEmpty();
    }

    @Test
    void orphans_stay_without_their_owner_and_somebody_else_may_adopt_them() {
        deployment();
        String set = world.all(REPLICA_SET).getFirst().key().name();
        world.delete(DEPLOYMENT, "web", Propagation.ORPHAN);
        assertThat(world.has(DEPLOYMENT, "web")).isFalse();
        assertThat(world.stored(REPLICA_SET, set).owners()).isEmpty();
        assertThat(world.activePods()).hasSize(2);
        world.create(DEPLOYMENT, World.workload("Deployment", "web", "nginx", "'replicas':2,"));
        assertThat(world.stored(REPLICA_SET, set).controllerUid())
                .isEqualTo(world.stored(DEPLOYMENT, "web").uid());
        assertThat(world.pods()).hasSize(2);
    }

    private void owned(String name, String... owners) {
        StringBuilder references = new StringBuilder();
        for (String owner : owners) {
            references
                    .append(references.isEmpty() ? "" : ",")
                    .append("{'apiVersion':'v1','kind':'ConfigMap','name':'%s','uid':'%s'}"
                            .formatted(owner, world.stored(CONFIG_MAP, owner).uid()));
        }
        world.create(CONFIG_MAP, "{'metadata':{'name':'%s','ownerReferences':[%s]}}".formatted(name, references));
    }

    @Test
    void who_has_two_owners_goes_with_the_last() {
        world.create(CONFIG_MAP, "{'metadata':{'name':'one'}}");
        world.create(CONFIG_MAP, "{'metadata':{'name':'two'}}");
        owned("child", "one", "two");
        owned("grandchild", "child");
        world.delete(CONFIG_MAP, "one");
        assertThat(world.stored(CONFIG_MAP, "child").owners()).hasSize(1);
        world.delete(CONFIG_MAP, "two");
        assertThat(world.all(CONFIG_MAP)).isEmpty();
    }

    @Test
    void another_object_of_the_owners_name_is_not_the_owner_and_an_owner_of_an_unknown_type_is_left_alone() {
        world.create(CONFIG_MAP, "{'metadata':{'name':'one'}}");
        owned("child", "one");
        world.create(
                CONFIG_MAP,
                "{'metadata':{'name':'strange','ownerReferences':[{'apiVersion':'example.com/v1','kind':'Gadget','name':'g','uid':'u'}]}}");
        world.ask(new ObjectCommand.Delete(World.key(CONFIG_MAP, "one"), DeleteOptions.DEFAULT, world.request()));
        world.create(CONFIG_MAP, "{'metadata':{'name':'one'}}");
        assertThat(world.has(CONFIG_MAP, "child")).isFalse();
        assertThat(world.has(CONFIG_MAP, "strange")).isTrue();
    }

    @Test
    void a_namespace_goes_when_all_that_is_in_it_is_gone() {
        world.create(NAMESPACE, "{'metadata':{'name':'whole'}}");
        world.node("n1", "");
        for (String map : new String[] {"a", "b"}) {
            world.ask(new ObjectCommand.Create(
                    "configmaps", "whole", World.bytes("{'metadata':{'name':'" + map + "'}}"), world.request()));
        }
        world.ask(new ObjectCommand.Create(
                "pods",
                "whole",
                World.bytes(
                        "{'metadata':{'name':'p'},'spec':{'nodeName':'n1','containers':[{'name':'c','image':'i'}]}}"),
                world.request()));
        world.delete(NAMESPACE, "whole");
        ObjectKey pod = ObjectKey.of(POD, "whole", "p");
        assertThat(world.state().list(CONFIG_MAP, "whole", "")).isEmpty();
        assertThat(world.state().get(pod).orElseThrow().isEnding()).isTrue();
        assertThat(world.has(NAMESPACE, "whole")).isTrue();
        world.ask(new ObjectCommand.Delete(pod, new DeleteOptions(Optional.of(0L), "", ""), world.request()));
        world.settle();
        assertThat(world.has(NAMESPACE, "whole")).isFalse();
    }
}
