package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.access.ApiAccess;
import io.quorate.node.trust.Keys;
import io.quorate.persistence.tls.Pem;
import io.quorate.persistence.tls.TlsIdentity;
import java.io.PrintWriter;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = {
            "Prints a file that opens the API from anywhere, for `quorate --config` and kubectl. It holds a new client",
            "certificate and its key, or, with --token, a token that `quorate access --revoke` can end. Keep it secret."
        },
        footer = {
            "",
            "Examples:",
            "  quorate config > admin.yaml; chmod 600 admin.yaml",
            "  quorate config --role viewer --user wallboard --token --ttl 2592000",
            "  quorate config --service billing --address 192.168.1.40 > billing.pem  # a Pekko application",
            "  quorate config --service scaler --role admin --address 192.168.1.40    # one that may change the cluster"
        })
final class ConfigCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What a client may do. */
    enum Role {
        ADMIN,
        VIEWER
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Option(
            names = "--role",
            description = {
                "admin, or viewer, who may only look. Default: admin.",
                "With --service: admin for one that may change the cluster, by default it may not."
            })
    private @Nullable Role role;

    @Option(names = "--user", defaultValue = "", description = "The client's name. Default: as the role.")
    private String user;

    @Option(names = "--ttl", paramLabel = "SECONDS", defaultValue = "31536000", description = "Default: a year.")
    private long ttlSeconds;

    @Option(names = "--token", description = "A token in place of a certificate.")
    private boolean token;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Prints, in place of that, what a Pekko application sets as quorate.credentials.")
    private String service;

    @Option(
            names = "--address",
            paramLabel = "HOST",
            description = "Where nodes reach that application; may be given several times.")
    private List<String> addresses = List.of();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        NodeClient client = node.client();
        if (!service.isEmpty()) {
            if (role == Role.VIEWER) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "a service reads and writes: leave --role out, or give it --role admin to change the cluster");
            }
            TlsIdentity identity = certificate(client, service, role == Role.ADMIN ? "admin-service" : "service");
            out.print(Pem.ofKeys(identity.keys()) + Pem.ofCertificates(identity.chain()));
            out.flush();
            return ExitCode.OK;
        }
        String kind = role == Role.VIEWER ? "viewer" : "admin";
        String name = user.isEmpty() ? kind : user;
        ApiAccess access;
        if (token) {
            JsonNode issued =
                    client.json("POST", "/v1/access", asked(name, kind).toString(), PATIENCE);
            access = new ApiAccess(
                    client.api(),
                    TlsIdentity.anonymous(
                            Pem.certificates(issued.path("authorities").asText())),
                    issued.path("token").asText());
        } else {
            access = new ApiAccess(client.api(), certificate(client, name, kind), "");
        }
        out.print(access.toConfig(name));
        out.flush();
        return ExitCode.OK;
    }

    private ObjectNode asked(String name, String kind) {
        return JSON.createObjectNode().put("name", name).put("kind", kind).put("ttlSeconds", ttlSeconds);
    }

    private TlsIdentity certificate(NodeClient client, String name, String kind) {
        KeyPair pair = Keys.pair(new SecureRandom());
        ObjectNode asked = asked(name, kind).put("request", Base64.getEncoder().encodeToString(Keys.request(pair)));
        addresses.forEach(asked.putArray("hosts")::add);
        JsonNode issued = client.json("POST", "/v1/certificates", asked.toString(), PATIENCE);
        return new TlsIdentity(
                Pem.certificates(issued.path("authorities").asText()),
                Pem.certificates(issued.path("certificate").asText()),
                List.of(pair.getPrivate()));
    }
}
