package io.quorate.control.addon;

import java.util.List;

/**
 * One add-on of a repository.
 *
 * @param repository its name
 * @param version of the add-on, as its author counts
 * @param description one line
 * @param objects in the order in which they are made; none where the nodes themselves do what it is for
 */
public record Addon(String repository, String name, String version, String description, List<AddonObject> objects) {
    /** Of all its objects; the value is its name. */
    public static final String LABEL = "quorate.io/addon";

    /** Of all its objects: which of them it is. */
    static final String PLACE = "quorate.io/addon-place";

    /** Who owns the fields that an add-on sets. */
    public static final String FIELD_MANAGER = "quorate-addons";

    /** The nodes serve a page of the cluster. */
    public static final String DASHBOARD = "dashboard";

    /** The nodes tell what they and their pods use. */
    public static final String METRICS = "metrics";

    public Addon {
        objects = List.copyOf(objects);
    }

    /** As it may be named where several repositories have one of the name. */
    public String qualifiedName() {
        return repository + "/" + name;
    }
}
