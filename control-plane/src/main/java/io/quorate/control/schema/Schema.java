package io.quorate.control.schema;

import java.util.Map;

/** What may stand in one place of an object. */
sealed interface Schema {

    /** One value. */
    enum Scalar implements Schema {
        STRING("string"),
        INT32("int32"),
        INT64("int64"),
        NUMBER("float64"),
        BOOLEAN("bool"),
        /** A number or a text. */
        NUMBER_OR_STRING("intstr.IntOrString"),
        /** An amount of a resource. */
        QUANTITY("resource.Quantity"),
        /** Whatever is there. */
        ANY("object");

        private final String word;

        Scalar(String word) {
            this.word = word;
        }

        /** As messages call it. */
        String word() {
            return word;
        }
    }

    record ListOf(Schema items) implements Schema {}

    record MapOf(Schema values) implements Schema {}

    /**
     * @param name of the structure, for messages
     * @param fields by name; what is not here is unknown
     */
    record Structure(String name, Map<String, Schema> fields) implements Schema {}

    /** A structure that is read when somebody looks into it. */
    record Reference(Class<?> model) implements Schema {}
}
