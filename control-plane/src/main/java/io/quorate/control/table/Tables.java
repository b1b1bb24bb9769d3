package io.quorate.control.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import java.util.List;
import java.util.Locale;

/** Objects of one type as rows of a table: what {@code kubectl get} prints. */
public final class Tables {
    /** What of an object goes with its row. */
    public enum Included {
        NONE,
        METADATA,
        OBJECT;

        /** @param word of {@code includeObject}; anything else is its metadata */
        public static Included of(String word) {
            return word.equals("None") ? NONE : word.equals("Object") ? OBJECT : METADATA;
        }
    }

    private final List<Column> columns;
    private final String version;
    private final Included included;

    /** @param version of the form: {@code v1} or {@code v1beta1} */
    public Tables(ResourceType type, String version, Included included) {
        this.columns = Columns.of(type);
        this.version = "meta.k8s.io/" + version;
        this.included = included;
    }

    /** @param metadata of the list */
    public ObjectNode of(Iterable<ObjectNode> objects, ObjectNode metadata, long nowMillis, boolean withColumns) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", version);
        table.set("metadata", metadata);
        if (withColumns) {
            ArrayNode definitions = table.putArray("columnDefinitions");
            for (Column column : columns) {
                definitions
                        .addObject()
                        .put("name", column.name())
                        .put("type", column.number() ? "integer" : "string")
                        .put("format", column.name().equals("Name") ? "name" : "")
                        .put("description", column.name().toLowerCase(Locale.ROOT))
                        .put("priority", column.wide() ? 1 : 0);
            }
        } else {
            table.putNull("columnDefinitions");
        }
        ArrayNode rows = table.putArray("rows");
        for (ObjectNode object : objects) {
            row(rows.addObject(), object, nowMillis);
        }
        return table;
    }

    private void row(ObjectNode row, ObjectNode object, long nowMillis) {
        ArrayNode cells = row.putArray("cells");
        for (Column column : columns) {
            String cell = column.cell().apply(object, nowMillis);
            if (column.number()) {
                cells.add(Long.parseLong(cell));
            } else {
                cells.add(cell);
            }
        }
        switch (included) {
            case NONE -> {
                // the cells are all
            }
            case OBJECT -> row.set("object", object);
            case METADATA -> {
                JsonNode metadata = object.path("metadata");
                row.putObject("object")
                        .put("kind", "PartialObjectMetadata")
                        .put("apiVersion", version)
                        .set("metadata", metadata);
            }
        }
    }
}
