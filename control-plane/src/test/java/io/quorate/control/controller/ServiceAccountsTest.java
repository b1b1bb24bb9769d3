package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.NAMESPACE;
import static io.quorate.control.resource.ResourceTypes.SERVICE_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServiceAccountsTest {
    private final World world = new World(new ServiceAccounts());

    @Test
    void each_namespace_has_one_and_has_it_again_when_it_was_deleted() {
        world.create(NAMESPACE, "{'metadata':{'name':'shop'}}");
        assertThat(world.state().list(SERVICE_ACCOUNT, "shop", "")).hasSize(1);
        world.change(NAMESPACE, "default", "{'metadata':{'labels':{'a':'b'}}}");
        String first = world.stored(SERVICE_ACCOUNT, "default").uid();
        world.delete(SERVICE_ACCOUNT, "default");
        assertThat(world.stored(SERVICE_ACCOUNT, "default").uid()).isNotEqualTo(first);
    }
}
