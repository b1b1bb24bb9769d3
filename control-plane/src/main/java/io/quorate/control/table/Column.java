package io.quorate.control.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.BiFunction;

/**
 * @param wide whether it is shown only where more is asked for
 * @param number whether its cells are numbers
 * @param cell from an object and the time in milliseconds since 1970
 */
record Column(String name, boolean wide, boolean number, BiFunction<JsonNode, Long, String> cell) {
    static Column text(String name, java.util.function.Function<JsonNode, String> cell) {
        return new Column(name, false, false, (object, now) -> cell.apply(object));
    }

    static Column number(String name, java.util.function.Function<JsonNode, Long> cell) {
        return new Column(name, false, true, (object, now) -> Long.toString(cell.apply(object)));
    }

    static Column age() {
        return since("Age", "metadata.creationTimestamp");
    }

    static Column since(String name, String path) {
        return new Column(
                name,
                false,
                false,
                (object, now) -> Ages.since(
                        io.quorate.control.resource.Json.at(object, path).asText(), now));
    }

    Column onlyWide() {
        return new Column(name, true, number, cell);
    }
}
