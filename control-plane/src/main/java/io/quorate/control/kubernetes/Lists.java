package io.quorate.control.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Failure;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.table.Tables;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Many objects as one answer, whole or in pages, as JSON or as a table. Pure. */
final class Lists {
    private Lists() {}

    /** Where a list goes on: the version that its first page had, and the place after which. */
    private record Continue(long version, String place) {
        static Continue read(String token) {
            try {
                String[] parts = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split(" ", 2);
                return new Continue(Long.parseLong(parts[0]), parts[1]);
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new Refused(Failure.badRequest("continue key is not valid: it is not from this API"));
            }
        }

        String token() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((version + " " + place).getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * A later page is of the present state, and says the version of the first one: a watch from there tells what has changed since, on the pages
     * before, too.
     */
    static ApiAnswer list(ApiRequest request, Selection selection, ObjectState state, long nowMillis) {
        String token = request.parameter("continue");
        Optional<Continue> from = token.isEmpty() ? Optional.empty() : Optional.of(Continue.read(token));
        long version = from.map(Continue::version).orElse(state.version());
        String asked = request.parameter("limit");
        long limit = asked.isEmpty() ? 0 : KubernetesApi.number("limit", asked);
        List<StoredObject> page = new ArrayList<>();
        long left = 0;
        for (StoredObject each : state.list(
                selection.type(),
                selection.namespace(),
                from.map(Continue::place).orElse(""))) {
            if (selection.isWhole() || selection.has(each)) {
                if (limit == 0 || page.size() < limit) {
                    page.add(each);
                } else {
                    left++;
                    if (!selection.isWhole()) {
                        break; // how many more is not told
                    }
                }
            }
        }
        ObjectNode metadata = Json.object().put("resourceVersion", Long.toString(version));
        if (left > 0) {
            metadata.put("continue", new Continue(version, ObjectState.place(page.getLast())).token());
            if (selection.isWhole()) {
                metadata.put("remainingItemCount", left);
            }
        }
        return tables(request, selection.type())
                .<ApiAnswer>map(tables -> ApiAnswer.json(
                        tables.of(() -> page.stream().map(StoredObject::tree).iterator(), metadata, nowMillis, true)))
                .orElseGet(() -> ApiAnswer.json(200, joined(selection.type(), metadata, page)));
    }

    /** The objects' own bytes, one after another. */
    private static byte[] joined(ResourceType type, ObjectNode metadata, List<StoredObject> page) {
        int size = 256;
        for (StoredObject each : page) {
            size += each.json().length + 1;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(size);
        out.writeBytes(
                ("{\"kind\":\"" + type.kind() + "List\",\"apiVersion\":\"" + type.apiVersion() + "\",\"metadata\":")
                        .getBytes(StandardCharsets.UTF_8));
        out.writeBytes(Json.bytes(metadata));
        out.writeBytes(",\"items\":[".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < page.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(page.get(i).json());
        }
        out.writeBytes("]}\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    static ApiAnswer.Whole table(Tables tables, StoredObject object, long nowMillis) {
        return table(tables, object.tree(), nowMillis);
    }

    static ApiAnswer.Whole table(Tables tables, ObjectNode object, long nowMillis) {
        ObjectNode metadata = Json.object()
                .put(
                        "resourceVersion",
                        Json.at(object, "metadata.resourceVersion").asText());
        return ApiAnswer.json(tables.of(List.of(object), metadata, nowMillis, true));
    }

    /** The table that the client would rather have than the objects. */
    static Optional<Tables> tables(ApiRequest request, ResourceType type) {
        for (String each : request.header("accept").split(",")) {
            String form = each.replace(" ", "");
            if (form.contains("as=Table") && form.contains("g=meta.k8s.io")) {
                String version = form.contains("v=v1beta1") ? "v1beta1" : "v1";
                return Optional.of(new Tables(type, version, Tables.Included.of(request.parameter("includeObject"))));
            }
        }
        return Optional.empty();
    }
}
