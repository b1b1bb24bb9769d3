package io.quorate.control.objects;

/**
 * What goes with every write, whatever it is: who asks, how it is to be taken, and what is of the clock or of chance, which the rules do not
 * know.
 *
 * @param by who asks, as the journal keeps it
 * @param manager the program that asks
 * @param dryRun whether nothing is to be stored
 * @param fields what becomes of fields that the type does not have
 * @param nowMillis since 1970
 * @param uid for a new object
 * @param suffix for a name that is to be made
 */
public record Request(
        String by, String manager, boolean dryRun, FieldValidation fields, long nowMillis, String uid, String suffix) {

    /** What becomes of fields that a type does not have. */
    public enum FieldValidation {
        IGNORE,
        WARN,
        STRICT
    }
}
