package io.quorate.control.addon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ObjectNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Add-ons that belong together:
 *
 * <pre>
 * addons.yaml       name: shop                      # of the repository; else its folder's
 *                   addons:
 *                   - name: till
 *                     version: "1.2"
 *                     description: Takes the money
 *                     manifests: [till.yaml]        # none: the nodes do it by themselves
 * till.yaml         objects, in the order in which they are made
 * </pre>
 */
public record AddonRepository(String name, List<Addon> addons) {
    /** The one that comes with this release. */
    public static final String CORE = "core";

    private static final String INDEX = "addons.yaml";

    public AddonRepository {
        addons = List.copyOf(addons);
    }

    /** Where files of a repository come from. */
    private interface Source {
        byte[] read(String file) throws IOException;
    }

    public static AddonRepository builtIn() {
        return read(CORE, "this release", file -> {
            try (InputStream in = AddonRepository.class.getResourceAsStream(CORE + "/" + file)) {
                if (in == null) {
                    throw new NoSuchFileException(file);
                }
                return in.readAllBytes();
            }
        });
    }

    /** @throws IllegalArgumentException saying what is wrong with it */
    public static AddonRepository ofFolder(Path folder) {
        Path root = folder.toAbsolutePath().normalize();
        Path last = root.getFileName();
        return read(last == null ? "" : last.toString(), root.toString(), file -> {
            Path path = root.resolve(file).normalize();
            if (!path.startsWith(root)) {
                throw new IOException("it leads out of the folder");
            }
            return Files.readAllBytes(path);
        });
    }

    private static AddonRepository read(String usualName, String where, Source source) {
        JsonNode index = document(where, source);
        String name = index.path("name").asText(usualName);
        requireName(name, where + ": the repository's name");
        List<Addon> addons = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode each : index.path("addons")) {
            Addon addon = addon(name, each, where, source);
            if (!names.add(addon.name())) {
                throw new IllegalArgumentException(
                        where + ": the add-on " + addon.name() + " stands twice in " + INDEX);
            }
            addons.add(addon);
        }
        return new AddonRepository(name, addons);
    }

    private static JsonNode document(String where, Source source) {
        try {
            return Json.readYaml(source.read(INDEX));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    where + " is no repository of add-ons: it has no " + INDEX
                            + ", which lists name, version, description and manifests of each",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(where + "/" + INDEX + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Addon addon(String repository, JsonNode entry, String where, Source source) {
        String name = entry.path("name").asText();
        requireName(name, where + ": the name of an add-on");
        for (String field : List.of("version", "description")) {
            if (entry.path(field).asText().isBlank()) {
                throw new IllegalArgumentException(
                        where + ": the add-on " + name + " has no " + field + " in " + INDEX);
            }
        }
        List<AddonObject> objects = new ArrayList<>();
        for (JsonNode manifest : entry.path("manifests")) {
            String file = manifest.asText();
            try {
                for (JsonNode each : Json.readYamlDocuments(source.read(file))) {
                    if (each instanceof ObjectNode object && !object.isEmpty()) {
                        objects.add(AddonObject.of(name, objects.size(), object));
                    }
                }
            } catch (NoSuchFileException e) {
                throw new IllegalArgumentException(
                        where + ": the add-on " + name + " names the manifest " + file + ", which is not there", e);
            } catch (IOException | IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        where + ": the manifest " + file + " of the add-on " + name + ": " + e.getMessage(), e);
            }
        }
        return new Addon(
                repository,
                name,
                entry.path("version").asText(),
                entry.path("description").asText().strip(),
                objects);
    }

    private static void requireName(String name, String what) {
        ObjectNames.LABEL.fault(name).ifPresent(fault -> {
            throw new IllegalArgumentException(what + " is '" + name + "': " + fault);
        });
    }
}
