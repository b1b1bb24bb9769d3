package io.quorate.control.proxy;

import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Services and who answers for them, as controllers write them. */
final class Services {
    private final ObjectBook book = ObjectBook.founded();

    ObjectState state() {
        return book.state();
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private Services create(ResourceType type, String json) {
        ObjectBook.Answer answer = book.ask(
                new ObjectCommand.Create(type.id(), type.namespaced() ? "default" : "", bytes(json), book.request()));
        if (answer.code() != 201) {
            throw new AssertionError(answer.toString());
        }
        return this;
    }

    /** @param more of its spec, ends with a comma where there is any */
    Services service(String name, String more) {
        return create(
                ResourceTypes.SERVICE,
                "{'metadata':{'name':'%s'},'spec':{%s'selector':{'app':'%s'},'ports':[{'name':'web','port':80,'targetPort':8080}]}}"
                        .formatted(name, more, name));
    }

    String clusterIp(String name) {
        return Json.at(
                        book.state()
                                .get(ObjectKey.of(ResourceTypes.SERVICE, "default", name))
                                .orElseThrow()
                                .tree(),
                        "spec.clusterIP")
                .asText();
    }

    /** One endpoint: {@code address@node}, {@code !} in front where it is not ready, {@code -} where it ends and still serves. */
    Services endpoints(String slice, String service, int port, String... endpoints) {
        return create(ResourceTypes.ENDPOINT_SLICE, slice(slice, service, port, endpoints));
    }

    Services change(String slice, String service, int port, String... endpoints) {
        ObjectBook.Answer answer = book.ask(new ObjectCommand.Update(
                ObjectKey.of(ResourceTypes.ENDPOINT_SLICE, "default", slice),
                "",
                bytes(slice(slice, service, port, endpoints)),
                book.request()));
        if (answer.code() != 200) {
            throw new AssertionError(answer.toString());
        }
        return this;
    }

    private static String slice(String slice, String service, int port, String... endpoints) {
        String all = Arrays.stream(endpoints).map(Services::endpoint).collect(Collectors.joining(","));
        return "{'metadata':{'name':'%s','labels':{'kubernetes.io/service-name':'%s'}},'addressType':'IPv4','ports':[{'name':'web','port':%d}],'endpoints':[%s]}"
                .formatted(slice, service, port, all);
    }

    private static String endpoint(String text) {
        boolean ends = text.startsWith("-");
        boolean ready = !ends && !text.startsWith("!");
        String[] parts = text.replaceFirst("^[!-]", "").split("@");
        return "{'addresses':['%s'],'nodeName':'%s','conditions':{'ready':%s,'serving':%s,'terminating':%s}}"
                .formatted(parts[0], parts[1], ready, ready || ends, ends);
    }
}
