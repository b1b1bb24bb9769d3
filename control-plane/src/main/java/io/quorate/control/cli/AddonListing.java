package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.addon.Addon;
import io.quorate.control.addon.AddonRepository;
import io.quorate.control.resource.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Add-ons as a node's status has those that are enabled, together with those that could be. Pure. */
final class AddonListing {
    private static final String ENABLED = "enabled";
    private static final String DISABLED = "disabled";
    private static final String STATUS = "status";

    private AddonListing() {}

    /** By name: an object for each, with name, repository, version, description and status. */
    static List<ObjectNode> all(JsonNode enabled, List<AddonRepository> repositories) {
        TreeMap<String, ObjectNode> all = new TreeMap<>();
        enabled.forEach(each -> all.put(each.path("name").asText(), (ObjectNode) each));
        for (AddonRepository repository : repositories) {
            for (Addon each : repository.addons()) {
                JsonNode known = all.get(each.name());
                boolean another =
                        known != null && !known.path("repository").asText().equals(each.repository());
                if (known == null || another) {
                    all.put(
                            another ? each.qualifiedName() : each.name(),
                            Json.object()
                                    .put("name", each.name())
                                    .put("repository", each.repository())
                                    .put("version", each.version())
                                    .put("description", each.description())
                                    .put(STATUS, DISABLED));
                }
            }
        }
        return List.copyOf(all.values());
    }

    static ArrayNode array(List<ObjectNode> all) {
        return Json.array().addAll(all);
    }

    /** As MicroK8s lists them below its status, because people know it. */
    static List<String> lines(List<ObjectNode> all) {
        List<String> lines = new ArrayList<>();
        lines.add("addons:");
        for (boolean enabled : new boolean[] {true, false}) {
            List<String> some = all.stream()
                    .filter(each -> isDisabled(each) != enabled)
                    .map(AddonListing::line)
                    .toList();
            if (!some.isEmpty()) {
                lines.add(enabled ? "  enabled:" : "  disabled:");
                lines.addAll(some);
            }
        }
        return lines;
    }

    static boolean isDisabled(JsonNode addon) {
        return addon.path(STATUS).asText().equals(DISABLED);
    }

    private static String line(JsonNode addon) {
        String status = addon.path(STATUS).asText();
        String more = status.equals(ENABLED) || status.equals(DISABLED)
                ? ""
                : " (" + status + "; where that was cut off: `quorate "
                        + (status.equals("disabling") ? "disable " : "enable ")
                        + addon.path("name").asText() + "`)";
        return "    %-20s # (%s) %s%s"
                .formatted(
                        addon.path("name").asText(),
                        addon.path("repository").asText(),
                        addon.path("description").asText(),
                        more);
    }

    static List<String> table(List<ObjectNode> all) {
        List<String> lines = new ArrayList<>();
        String row = "%-20s %-10s %-8s %-12s %s";
        lines.add(row.formatted("NAME", "STATUS", "VERSION", "REPOSITORY", "DESCRIPTION"));
        for (JsonNode each : all) {
            lines.add(row.formatted(
                    each.path("name").asText(),
                    each.path(STATUS).asText(),
                    each.path("version").asText(),
                    each.path("repository").asText(),
                    each.path("description").asText()));
        }
        return lines;
    }
}
