package io.quorate.control.resource;

import java.util.Optional;
import java.util.regex.Pattern;

/** Forms of names, in the words that clients of kubernetes know. */
public enum ObjectNames {
    /** RFC 1123, with dots. */
    SUBDOMAIN(
            253,
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end"
                    + " with an alphanumeric character (e.g. 'example.com', regex used for validation is '%s')"),
    /** RFC 1123. */
    LABEL(
            63,
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an"
                    + " alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '%s')"),
    /** RFC 1035. */
    STARTS_WITH_A_LETTER(
            63,
            "[a-z]([-a-z0-9]*[a-z0-9])?",
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and"
                    + " end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '%s')"),
    /** Value of a label. */
    LABEL_VALUE(
            63,
            "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end"
                    + " with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '%s')"),
    /** Key of a label or an annotation, without its prefix. */
    QUALIFIED(
            63,
            "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric"
                    + " character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '%s')"),
    /** Key of a config map or a secret. */
    DATA_KEY(
            253,
            "[-._a-zA-Z0-9]+",
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or"
                    + " 'key-name', regex used for validation is '%s')");

    /** What follows a {@code generateName} is drawn from these. */
    public static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    /** So many of them. */
    public static final int SUFFIX_LENGTH = 5;

    private final int max;
    private final Pattern pattern;
    private final String message;

    ObjectNames(int max, String pattern, String message) {
        this.max = max;
        this.pattern = Pattern.compile(pattern);
        this.message = message.formatted(pattern);
    }

    /** What is wrong with a name; empty for nothing. */
    public Optional<String> fault(String name) {
        if (name.length() > max) {
            return Optional.of("must be no more than " + max + " " + (this == LABEL_VALUE ? "characters" : "bytes"));
        }
        return pattern.matcher(name).matches() ? Optional.empty() : Optional.of(message);
    }

    /** What is wrong with a key of a label: {@code prefix/name} or a name. */
    public static Optional<String> faultOfKey(String key) {
        int slash = key.indexOf('/');
        if (slash != key.lastIndexOf('/')) {
            return Optional.of("a qualified name must consist of a name and an optional prefix, separated by one '/'");
        }
        if (slash >= 0) {
            String prefix = key.substring(0, slash);
            if (prefix.isEmpty()) {
                return Optional.of("prefix part must be non-empty");
            }
            Optional<String> fault = SUBDOMAIN.fault(prefix);
            if (fault.isPresent()) {
                return fault.map(text -> "prefix part " + text);
            }
        }
        String name = key.substring(slash + 1);
        return name.isEmpty() ? Optional.of("name part must be non-empty") : QUALIFIED.fault(name);
    }

    /** The name that a prefix and drawn letters give: so long that it is a name still. */
    public static String generated(String prefix, String suffix) {
        int room = 63 - suffix.length();
        return (prefix.length() > room ? prefix.substring(0, room) : prefix) + suffix;
    }
}
