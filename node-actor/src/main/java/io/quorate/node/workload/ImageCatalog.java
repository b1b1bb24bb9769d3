package io.quorate.node.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The images that are built in, and what a container runs for one. Pure. */
final class ImageCatalog {
    static final String REFUSED = "ErrImagePull";

    /** For people. */
    static final String NAMES = "dontrebootme/microbot, nginx, busybox, alpine, pause";

    private static final String MICROBOT = "dontrebootme/microbot";
    private static final String NGINX = "nginx";

    /** As the real one: it ends well when it is told to. */
    private static final List<String> PAUSE =
            List.of("/bin/sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done");

    private ImageCatalog() {}

    /** What a container runs. */
    sealed interface Program {
        /** A command of the machine. */
        record Command(List<String> arguments) implements Program {
            public Command {
                arguments = List.copyOf(arguments);
            }
        }

        /** A program that is built in; it listens on a port of the pod's address. */
        record BuiltIn(String site, int port) implements Program {}
    }

    /** Without registry, the library's folder, tag and digest. */
    static String name(String image) {
        String name = image.contains("@") ? image.substring(0, image.indexOf('@')) : image;
        int slash = name.lastIndexOf('/');
        int colon = name.lastIndexOf(':');
        if (colon > slash) {
            name = name.substring(0, colon);
        }
        int first = name.indexOf('/');
        if (first > 0) {
            String registry = name.substring(0, first);
            if (registry.contains(".") || registry.contains(":") || registry.equals("localhost")) {
                name = name.substring(first + 1);
            }
        }
        return name.startsWith("library/") ? name.substring("library/".length()) : name;
    }

    static boolean has(String image) {
        return switch (name(image)) {
            case MICROBOT, NGINX, "busybox", "alpine", "pause" -> true;
            default -> false;
        };
    }

    static StartRefused invalid(String image) {
        return new StartRefused(
                "InvalidImageName",
                "Failed to apply default image tag \"" + image + "\": couldn't parse image name \"" + image
                        + "\": invalid reference format");
    }

    static Program program(String image, List<String> command, List<String> args) throws StartRefused {
        if (!image.equals(image.strip()) || image.contains(" ")) {
            throw invalid(image);
        }
        String name = name(image);
        boolean site = name.equals(MICROBOT) || name.equals(NGINX);
        boolean asItself = command.isEmpty() && args.isEmpty()
                || site
                        && !command.isEmpty()
                        && command.getFirst().toLowerCase(Locale.ROOT).equals(NGINX)
                || site && command.isEmpty() && args.getFirst().equals(NGINX);
        if (site && asItself) {
            return new Program.BuiltIn(name.equals(NGINX) ? NGINX : "microbot", 80);
        }
        if (!command.isEmpty()) {
            List<String> all = new ArrayList<>(command);
            all.addAll(args);
            return new Program.Command(all);
        }
        if (!has(image)) {
            throw new StartRefused(
                    REFUSED,
                    "this node's runtime runs processes of its machine and pulls no images; built in are " + NAMES
                            + ". \"" + image
                            + "\" is none of them, and the container has no command: give it one that the machine has");
        }
        if (!args.isEmpty()) {
            return new Program.Command(args);
        }
        return new Program.Command(name.equals("pause") ? PAUSE : List.of("/bin/sh"));
    }
}
