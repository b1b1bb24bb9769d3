package io.quorate.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.ResourceTypes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceAccountTokensTest {
    private static final ObjectKey CI = ObjectKey.of(ResourceTypes.SERVICE_ACCOUNT, "default", "ci");

    private final ObjectBook book = ObjectBook.founded();

    private static ObjectNode json(String text) {
        return Json.readObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private StoredObject account() {
        book.ask(new ObjectCommand.Create(
                "serviceaccounts", "default", Json.bytes(json("{'metadata':{'name':'ci'}}")), book.request()));
        return book.state().get(CI).orElseThrow();
    }

    @Test
    void a_token_names_its_account_for_as_long_as_that_is_there() {
        String name = ServiceAccountTokens.accessName(account());
        assertThat(ServiceAccountTokens.isOfAccount(name)).isTrue();
        assertThat(ServiceAccountTokens.user(name, book.state())).contains("system:serviceaccount:default:ci");
        assertThat(ServiceAccountTokens.groups("system:serviceaccount:default:ci"))
                .containsExactly("system:serviceaccounts", "system:serviceaccounts:default");
        book.ask(new ObjectCommand.Delete(CI, new DeleteOptions(Optional.empty(), "", ""), book.request()));
        assertThat(ServiceAccountTokens.user(name, book.state())).isEmpty();
        account();
        assertThat(ServiceAccountTokens.user(name, book.state()))
                .as("another account of this name")
                .isEmpty();
        assertThat(ServiceAccountTokens.user("system:serviceaccount:", book.state()))
                .isEmpty();
    }

    @Test
    void it_is_good_for_an_hour_or_as_long_as_is_asked_for_within_bounds() {
        assertThat(ServiceAccountTokens.seconds(json("{}"))).isEqualTo(3600);
        assertThat(ServiceAccountTokens.seconds(json("{'spec':{'expirationSeconds':7200}}")))
                .isEqualTo(7200);
        assertThat(ServiceAccountTokens.seconds(json("{'spec':{'expirationSeconds':99999999999}}")))
                .isEqualTo(365L * 24 * 3600);
        assertThatThrownBy(() -> ServiceAccountTokens.seconds(json("{'spec':{'expirationSeconds':5}}")))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.failure().message())
                                .contains("may not specify a duration less than 10 minutes"));
        assertThatThrownBy(() -> ServiceAccountTokens.seconds(json("{'spec':{'boundObjectRef':{'kind':'Pod'}}}")))
                .isInstanceOf(Refused.class);
    }
}
