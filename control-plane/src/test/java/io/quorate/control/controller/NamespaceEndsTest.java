package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.CONFIG_MAP;
import static io.quorate.control.resource.ResourceTypes.NAMESPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.ObjectCommand;
import org.junit.jupiter.api.Test;

class NamespaceEndsTest {
    private final World world = new World(new NamespaceEnds());

    private void map(String name, String finalizers) {
        world.ask(new ObjectCommand.Create(
                CONFIG_MAP.id(),
                "going",
                World.bytes("{'metadata':{'name':'" + name + "','finalizers':[" + finalizers + "]}}"),
                world.request()));
    }

    private boolean isEmpty() {
        return world.state().list(CONFIG_MAP, "going", "").isEmpty();
    }

    @Test
    void a_namespace_goes_with_all_that_is_in_it() {
        world.create(NAMESPACE, "{'metadata':{'name':'going'}}");
        map("one", "");
        world.delete(NAMESPACE, "going");
        assertThat(isEmpty()).isTrue();
        assertThat(world.has(NAMESPACE, "going")).isFalse();
    }

    @Test
    void a_namespace_that_is_held_is_emptied_and_goes_when_it_is_let_go() {
        world.create(NAMESPACE, "{'metadata':{'name':'going','finalizers':['example.com/hold']}}");
        map("one", "");
        world.delete(NAMESPACE, "going");
        assertThat(isEmpty()).isTrue();
        assertThat(world.at(NAMESPACE, "going", "status.phase")).isEqualTo("Terminating");
        world.change(NAMESPACE, "going", "{'metadata':{'finalizers':null}}");
        assertThat(world.has(NAMESPACE, "going")).isFalse();
    }
}
