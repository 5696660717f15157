package org.tina.data;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Proxies by the environment's {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}, which
 * Java itself doesn't read. What Java was told ({@code -Dhttps.proxyHost}) comes first.
 */
final class HubProxies extends ProxySelector {

    private final Optional<String> https;
    private final Optional<String> http;
    private final List<String> direct;

    HubProxies(Optional<String> https, Optional<String> http, String noProxy) {
        this.https = https;
        this.http = http;
        this.direct =
                Arrays.stream(noProxy.split(","))
                        .map(name -> name.strip().replaceFirst("^\\*?\\.", ""))
                        .filter(name -> !name.isEmpty())
                        .toList();
    }

    @Override
    public List<Proxy> select(URI uri) {
        ProxySelector own = ProxySelector.getDefault();
        List<Proxy> javas = own == null ? List.of(Proxy.NO_PROXY) : own.select(uri);
        Optional<String> named = "https".equals(uri.getScheme()) ? https : http;
        boolean untold = javas.stream().allMatch(proxy -> proxy.type() == Proxy.Type.DIRECT);
        return untold && named.isPresent() && !isDirect(uri.getHost())
                ? List.of(proxy(named.get()))
                : javas;
    }

    private boolean isDirect(String host) {
        return direct.stream()
                .anyMatch(
                        name ->
                                name.equals("*")
                                        || host.equalsIgnoreCase(name)
                                        || host.toLowerCase(Locale.ROOT)
                                                .endsWith("." + name.toLowerCase(Locale.ROOT)));
    }

    private static Proxy proxy(String address) {
        try {
            URI uri = URI.create(address.contains("://") ? address : "http://" + address);
            int port = uri.getPort() < 0 ? 80 : uri.getPort();
            return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(uri.getHost(), port));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "HTTPS_PROXY or HTTP_PROXY is no address like http://host:3128: " + address, e);
        }
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // the request itself fails and tells
    }
}
