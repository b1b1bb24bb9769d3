package io.quorate.control.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.resource.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the API of the control plane is reached, as a file in the form of MicroK8s' {@code provider.yaml} (which is Traefik's): people and their tools
 * know it, and may write a load balancer into it.
 */
final class ProviderFile {
    private static final String SERVERS = "tcp.services.kube-apiserver.loadBalancer.servers";

    private final Path file;

    ProviderFile(Path file) {
        this.file = file;
    }

    /**
     * The addresses in it, {@code host:port}; none where there is no file.
     *
     * @throws IOException where it is none that can be used, with what is wrong
     */
    List<String> read() throws IOException {
        return Files.exists(file) ? addresses(Files.readAllBytes(file)) : List.of();
    }

    /** Whole or not at all. */
    void write(List<String> addresses) throws IOException {
        Path fresh = Files.createTempFile(file.getParent(), "provider", ".yaml");
        Files.writeString(fresh, text(addresses));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static List<String> addresses(byte[] yaml) throws IOException {
        JsonNode servers;
        try {
            servers = Json.at(Json.readYaml(yaml), SERVERS);
        } catch (IllegalArgumentException e) {
            throw new IOException("it is no YAML: " + e.getMessage(), e);
        }
        List<String> addresses = new ArrayList<>();
        for (JsonNode each : servers) {
            String address = each.path("address").asText();
            if (!address.matches("[^\\s:]+:\\d{1,5}")) {
                throw new IOException("an address is host:port, and not '" + address + "'");
            }
            addresses.add(address);
        }
        if (addresses.isEmpty()) {
            throw new IOException("it has no " + SERVERS);
        }
        return addresses;
    }

    static String text(List<String> addresses) {
        StringBuilder text = new StringBuilder("""
                tcp:
                  routers:
                    Router-1:
                      rule: HostSNI(`*`)
                      service: kube-apiserver
                      tls:
                        passthrough: true
                  services:
                    kube-apiserver:
                      loadBalancer:
                        servers:
                """);
        addresses.forEach(
                each -> text.append("        - address: ").append(each).append('\n'));
        return text.toString();
    }
}
