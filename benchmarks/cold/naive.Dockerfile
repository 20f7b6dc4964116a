# The image that most people would write of the same code: what `make bench-cold` compares with.
# Its model is the float one (`benchmarks/cold/naive.py` lays it into the build's context).
FROM public.ecr.aws/lambda/python:3.13
COPY layers layers
RUN pip install --quiet --no-cache-dir --root-user-action ignore --disable-pip-version-check \
        -r layers/10-numerics/requirements.txt \
        -r layers/20-onnxruntime/requirements.txt \
        -r layers/30-web/requirements.txt
COPY model cutout/model
COPY handler ./
RUN chmod -R a+rX .
CMD ["cutout.aws.lambda_handler"]
