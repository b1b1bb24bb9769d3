package io.quorate.control.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;

/** How a result is printed. */
enum Format {
    PRETTY,
    JSON,
    YAML,
    TABLE;

    /** Whether it is words and columns, and nothing that a program reads. */
    boolean isForPeople() {
        return this == PRETTY || this == TABLE;
    }

    /** As JSON or YAML. */
    String write(Object tree) {
        ObjectMapper mapper = this == YAML
                ? new ObjectMapper(new YAMLFactory().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER))
                : new ObjectMapper();
        try {
            return mapper.writerWithDefaultPrettyPrinter()
                    .writeValueAsString(tree)
                    .stripTrailing();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result that cannot be written", e);
        }
    }
}
