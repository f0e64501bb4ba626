// Signatures by BouncyCastle, for the tests: a line of words in, a line out. Numbers are big-endian hexadecimal.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cryptopro.ECGOST3410NamedCurves;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECGOST3410_2012Signer;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.util.encoders.Hex;

public class Peer {
    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String answer;
            try {
                answer = answer(line.split(" "));
            } catch (Exception error) {
                answer = "error " + error;
            }
            System.out.println(answer.replace('\n', ' '));
        }
    }

    static String answer(String[] words) throws Exception {
        switch (words[0]) {
            case "sign":
                ECGOST3410_2012Signer signer = new ECGOST3410_2012Signer();
                signer.init(true, new ECPrivateKeyParameters(number(words[2]), domain(words[1])));
                BigInteger[] value = signer.generateSignature(Hex.decode(words[3]));
                return value[0].toString(16) + " " + value[1].toString(16);
            case "verify":
                ECDomainParameters domain = domain(words[1]);
                ECGOST3410_2012Signer verifier = new ECGOST3410_2012Signer();
                verifier.init(false, new ECPublicKeyParameters(
                    domain.getCurve().createPoint(number(words[2]), number(words[3])), domain));
                return "" + verifier.verifySignature(Hex.decode(words[4]), number(words[5]), number(words[6]));
            case "cms-verify":
                return "" + verifyContainer(Files.readAllBytes(Path.of(words[1])), Files.readAllBytes(Path.of(words[2])));
            case "cms-sign":
                Files.write(Path.of(words[4]), signContainer(words[1], words[2], Files.readAllBytes(Path.of(words[3]))));
                return "written";
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    static BigInteger number(String digits) {
        return new BigInteger(digits, 16);
    }

    static ECDomainParameters domain(String oid) {
        X9ECParameters curve = ECGOST3410NamedCurves.getByOIDX9(new ASN1ObjectIdentifier(oid));
        if (curve == null) {
            throw new IllegalArgumentException("unknown set " + oid);
        }
        return new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
    }

    static boolean verifyContainer(byte[] container, byte[] content) throws Exception {
        CMSSignedData data = new CMSSignedData(new CMSProcessableByteArray(content), container);
        SignerInformation signer = data.getSignerInfos().getSigners().iterator().next();
        Object holder = data.getCertificates().getMatches(signer.getSID()).iterator().next();
        byte[] der = ((org.bouncycastle.cert.X509CertificateHolder) holder).getEncoded();
        X509Certificate certificate = (X509Certificate)
            CertificateFactory.getInstance("X.509", "BC").generateCertificate(new ByteArrayInputStream(der));
        return signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate));
    }

    static byte[] signContainer(String keyFile, String certificateFile, byte[] content) throws Exception {
        PEMParser reader = new PEMParser(new StringReader(Files.readString(Path.of(keyFile))));
        PrivateKey key = new JcaPEMKeyConverter().setProvider("BC").getPrivateKey((PrivateKeyInfo) reader.readObject());
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509", "BC")
            .generateCertificate(Files.newInputStream(Path.of(certificateFile)));
        boolean wide = certificate.getSigAlgOID().endsWith("3.3");
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
            new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())
                .build(new JcaContentSignerBuilder(wide ? "GOST3411-2012-512WITHECGOST3410-2012-512" : "GOST3411-2012-256WITHECGOST3410-2012-256")
                    .setProvider("BC").build(key), certificate));
        generator.addCertificates(new JcaCertStore(List.of(certificate)));
        return generator.generate(new CMSProcessableByteArray(content), false).getEncoded();
    }
}
